//! RFC 8785 canonical JSON (JCS): the one spelling of every event, opening and manifest.
//! Narrower than the RFC: keys are ASCII, numbers are integers within ±(2^53-1), and text holds no control characters
//! but line feed and tab. So sorting keys by bytes is sorting them by UTF-16, and number formatting has no corner
//! cases. Must not know what the JSON means.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The largest integer that every JSON reader holds exactly.
pub const MAX_INTEGER: i64 = (1 << 53) - 1;

/// Why a value has no canonical spelling, or a text is not in it.
#[derive(Debug, thiserror::Error)]
pub enum JcsError {
    /// The text is not JSON.
    #[error("it is not JSON: {0}")]
    Syntax(#[from] serde_json::Error),
    /// A number that is not an integer within ±(2^53-1).
    #[error("the number {0} is not an integer within ±(2^53-1)")]
    Number(String),
    /// A key with bytes beyond ASCII.
    #[error("the key {0:?} is not ASCII")]
    Key(String),
    /// A text that holds a control character other than line feed and tab. The text itself is not quoted: it may be
    /// content.
    #[error("a text holds the control character U+{:04X}", u32::from(*.0))]
    Control(char),
    /// Valid JSON, spelled otherwise than RFC 8785 does.
    #[error("it is not in canonical form (RFC 8785)")]
    NotCanonical,
}

/// The canonical spelling of `value`.
pub fn spell(value: &Value) -> Result<Vec<u8>, JcsError> {
    let mut out = Vec::new();
    write(value, &mut out)?;
    Ok(out)
}

/// The canonical spelling of anything that serialises to JSON.
pub fn spell_of(value: &impl Serialize) -> Result<Vec<u8>, JcsError> {
    spell(&serde_json::to_value(value)?)
}

/// Reads `bytes`, which must be canonical to the byte.
pub fn parse(bytes: &[u8]) -> Result<Value, JcsError> {
    let value: Value = serde_json::from_slice(bytes)?;
    if spell(&value)? != bytes {
        return Err(JcsError::NotCanonical);
    }
    Ok(value)
}

/// Reads canonical `bytes` as a `T`.
pub fn parse_as<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, JcsError> {
    Ok(serde_json::from_value(parse(bytes)?)?)
}

/// Whether an event may hold `c`: no U+0000-001F but line feed and tab, no U+007F-009F.
pub fn is_allowed(c: char) -> bool {
    matches!(c, '\n' | '\t') || !c.is_control()
}

fn write(value: &Value, out: &mut Vec<u8>) -> Result<(), JcsError> {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Number(number) => {
            let integer = number.as_i64().filter(|n| n.unsigned_abs() <= MAX_INTEGER.unsigned_abs());
            let integer = integer.ok_or_else(|| JcsError::Number(number.to_string()))?;
            out.extend_from_slice(integer.to_string().as_bytes());
        }
        Value::String(text) => write_text(text, out)?,
        Value::Array(items) => {
            out.push(b'[');
            for (n, item) in items.iter().enumerate() {
                if n > 0 {
                    out.push(b',');
                }
                write(item, out)?;
            }
            out.push(b']');
        }
        Value::Object(fields) => {
            // Sorted here, not left to the map: its order depends on a build feature any crate may switch on.
            let mut keys: Vec<_> = fields.keys().collect();
            keys.sort_unstable();
            out.push(b'{');
            for (n, key) in keys.into_iter().enumerate() {
                if !key.is_ascii() {
                    return Err(JcsError::Key(key.clone()));
                }
                if n > 0 {
                    out.push(b',');
                }
                write_text(key, out)?;
                out.push(b':');
                write(&fields[key], out)?;
            }
            out.push(b'}');
        }
    }
    Ok(())
}

fn write_text(text: &str, out: &mut Vec<u8>) -> Result<(), JcsError> {
    out.push(b'"');
    for c in text.chars() {
        match c {
            '"' => out.extend_from_slice(b"\\\""),
            '\\' => out.extend_from_slice(b"\\\\"),
            '\n' => out.extend_from_slice(b"\\n"),
            '\t' => out.extend_from_slice(b"\\t"),
            c if is_allowed(c) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            _ => return Err(JcsError::Control(c)),
        }
    }
    out.push(b'"');
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn any_value() -> impl Strategy<Value = Value> {
        let text = "[ -~\n\té\u{a0}-\u{2fff}\u{10000}]{0,12}";
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (-MAX_INTEGER..=MAX_INTEGER).prop_map(Value::from),
            text.prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 5, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::btree_map("[ -~]{0,8}", inner, 0..5)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn spelling_and_reading_are_inverse(value in any_value()) {
            let bytes = spell(&value).unwrap();
            prop_assert_eq!(parse(&bytes).unwrap(), value);
        }

        #[test]
        fn no_input_panics_and_what_is_read_is_spelled_the_same(bytes: Vec<u8>) {
            if let Ok(value) = parse(&bytes) {
                prop_assert_eq!(spell(&value).unwrap(), bytes);
            }
        }
    }

    #[test]
    fn other_spellings_are_refused() {
        for text in [
            r#"{"b":1,"a":2}"#,
            r#"{"a":1,"a":1}"#,
            r#"{"a": 1}"#,
            r#"["\u0041"]"#,
            "1.0",
            "1e3",
            "-0",
            "9007199254740992",
            "[1]\n",
            r#"["\r"]"#,
            r#"{"é":1}"#,
            "",
        ] {
            assert!(parse(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn keys_are_sorted_and_text_is_escaped_as_the_rfc_says() {
        let value = json!({"b": [true, null], "a": "tab\t\"quote\" \\ é \u{2028}"});
        assert_eq!(
            String::from_utf8(spell(&value).unwrap()).unwrap(),
            "{\"a\":\"tab\\t\\\"quote\\\" \\\\ é \u{2028}\",\"b\":[true,null]}"
        );
    }
}
