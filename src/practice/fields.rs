//! Which fields a kind of event has, by name, as its type says it. Whoever sees only parts of an event compares the names
//! with these. Must not know any event.

use serde::de::DeserializeOwned;
use serde::de::Deserializer;
use serde::de::Error as _;
use serde::de::Visitor;
use serde::de::value::Error;
use serde::forward_to_deserialize_any;

/// The names of the fields of `T`, a struct none of whose fields is flattened; of others, none.
pub(super) fn names_of<T: DeserializeOwned>() -> Vec<&'static str> {
    let mut names = Vec::new();
    // It never succeeds: what is asked for is noted, and nothing is given.
    let _ = T::deserialize(Asked(&mut names));
    names
}

/// Notes which fields are asked for.
struct Asked<'a>(&'a mut Vec<&'static str>);

impl<'de> Deserializer<'de> for Asked<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(Error::custom("nothing is given"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.0.extend_from_slice(fields);
        self.deserialize_any(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}
