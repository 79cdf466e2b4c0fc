//! What is left of a consent after parts of it were taken back: scopes, in each of which everybody named may have every kind
//! named for every purpose named. Must not know when it ends, nor who may get anything for other reasons.

use crate::id::RecipientId;
use crate::practice::consent::Consent;
use crate::practice::consent::ConsentRevoked;
use crate::practice::consent::ConsentTerms;
use crate::time::Date;
use crate::time::Timestamp;
use crate::vocabulary::Purpose;
use crate::vocabulary::RecordKind;

/// Kinds, and what for.
type Share = (Vec<RecordKind>, Vec<Purpose>);

/// A part of a consent that holds whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// To whom.
    pub recipients: Vec<RecipientId>,
    /// What kinds of record.
    pub kinds: Vec<RecordKind>,
    /// What for.
    pub purposes: Vec<Purpose>,
}

impl Consent {
    /// What was taken back of it since, in full: what was left unsaid is all that it names.
    pub fn taken_since(&self, since: Timestamp) -> impl Iterator<Item = Scope> + '_ {
        let all = self.revoked.iter().zip(&self.revoked_at);
        let taken = all.filter(move |(_, at)| **at >= since).map(|(revoked, _)| self.taken_by(revoked));
        // Nothing can be taken back of a draft that names nobody, or nothing.
        taken.filter(|Scope { recipients, kinds, purposes }| {
            !recipients.is_empty() && !kinds.is_empty() && !purposes.is_empty()
        })
    }

    /// What one revocation of it takes back, in full.
    pub fn taken_by(&self, revoked: &ConsentRevoked) -> Scope {
        let ConsentTerms { recipients, kinds, purposes, .. } = &self.terms;
        Scope {
            recipients: said_or(&revoked.recipients, recipients),
            kinds: said_or(&revoked.kinds, kinds),
            purposes: said_or(&revoked.purposes, purposes),
        }
    }

    /// What it still gives of a scope: everybody, every kind and every purpose that has a part in it. Nothing where it gives
    /// nothing of it.
    pub fn gives_of(&self, scope: &Scope) -> Option<Scope> {
        let parts = scope.recipients.iter().flat_map(|who| scope.kinds.iter().map(move |kind| (*who, *kind)));
        let parts = parts.flat_map(|(who, kind)| scope.purposes.iter().map(move |purpose| (who, kind, *purpose)));
        let given: Vec<_> = parts.filter(|(who, kind, purpose)| self.gives(*who, *kind, *purpose)).collect();
        let has = |is: &dyn Fn(&(RecipientId, RecordKind, Purpose)) -> bool| given.iter().any(is);
        let mut scope = scope.clone();
        scope.recipients.retain(|one| has(&|(who, ..)| who == one));
        scope.kinds.retain(|one| has(&|(_, kind, _)| kind == one));
        scope.purposes.retain(|one| has(&|(.., purpose)| purpose == one));
        (!given.is_empty()).then_some(scope)
    }

    /// It, as if these had been taken back of it too.
    pub fn without(&self, taken: impl IntoIterator<Item = Scope>) -> Self {
        let mut consent = self.clone();
        for Scope { recipients, kinds, purposes } in taken {
            let (on, at) = (Date::MIN, self.filed);
            consent.revoke(ConsentRevoked { consent: self.id(), how: None, kinds, on, purposes, recipients }, at);
        }
        consent
    }

    /// What was not taken back, in the fewest scopes that go by recipient; no two of them overlap.
    pub fn left(&self) -> Vec<Scope> {
        let mut scopes: Vec<Scope> = Vec::new();
        for recipient in &self.terms.recipients {
            for (kinds, purposes) in self.left_to(*recipient) {
                let same = scopes.iter_mut().find(|scope| scope.kinds == kinds && scope.purposes == purposes);
                match same {
                    Some(scope) => scope.recipients.push(*recipient),
                    None => scopes.push(Scope { recipients: vec![*recipient], kinds, purposes }),
                }
            }
        }
        scopes
    }

    /// Kinds that are left for the same purposes stand together.
    fn left_to(&self, recipient: RecipientId) -> Vec<Share> {
        let mut shares: Vec<Share> = Vec::new();
        for kind in &self.terms.kinds {
            let mut purposes = self.terms.purposes.clone();
            purposes.retain(|purpose| self.gives(recipient, *kind, *purpose));
            if purposes.is_empty() {
                continue;
            }
            match shares.iter_mut().find(|(_, same)| *same == purposes) {
                Some((kinds, _)) => kinds.push(*kind),
                None => shares.push((vec![*kind], purposes)),
            }
        }
        shares
    }

    /// Whether all of a scope stands in it, and was not taken back.
    pub fn covers(&self, scope: &Scope) -> bool {
        scope.all(|recipient, kind, purpose| self.gives(recipient, kind, purpose))
    }

    /// Whether anything of a scope stands in it; it may have been taken back.
    pub fn names_any(&self, scope: &Scope) -> bool {
        scope.recipients.iter().any(|recipient| self.terms.recipients.contains(recipient))
            && scope.kinds.iter().any(|kind| self.terms.kinds.contains(kind))
            && scope.purposes.iter().any(|purpose| self.terms.purposes.contains(purpose))
    }

    fn gives(&self, recipient: RecipientId, kind: RecordKind, purpose: Purpose) -> bool {
        self.terms.recipients.contains(&recipient)
            && self.terms.kinds.contains(&kind)
            && self.terms.purposes.contains(&purpose)
            && !self.revoked.iter().any(|revoked| revoked.takes_back(recipient, &[kind], purpose))
    }
}

fn said_or<T: Clone>(said: &[T], all: &[T]) -> Vec<T> {
    if said.is_empty() { all.to_vec() } else { said.to_vec() }
}

impl Scope {
    fn all(&self, holds: impl Fn(RecipientId, RecordKind, Purpose) -> bool) -> bool {
        let of = |who, kind| self.purposes.iter().all(|purpose| holds(who, kind, *purpose));
        self.recipients.iter().all(|who| self.kinds.iter().all(|kind| of(*who, *kind)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand_core::OsRng;

    use super::*;
    use crate::id::ClientId;
    use crate::id::ConsentId;

    const KINDS: [RecordKind; 3] = [RecordKind::Letter, RecordKind::ProgressNote, RecordKind::Scan];
    const PURPOSES: [Purpose; 2] = [Purpose::Treat, Purpose::Coordinate];

    /// Those of the list whose bit is set.
    fn some<T: Copy>(of: &[T], bits: u8) -> Vec<T> {
        of.iter().enumerate().filter(|(n, _)| bits & (1 << n) != 0).map(|(_, one)| *one).collect()
    }

    proptest! {
        #[test]
        fn the_scopes_are_what_was_not_taken_back_each_thing_once(taken in prop::collection::vec((0..8u8, 0..8u8, 0..4u8), 0..4)) {
            let people = [0; 3].map(|_| RecipientId::random(&mut OsRng));
            let mut terms = ConsentTerms::new(ConsentId::random(&mut OsRng), ClientId::random(&mut OsRng));
            (terms.recipients, terms.kinds, terms.purposes) = (people.to_vec(), KINDS.to_vec(), PURPOSES.to_vec());
            let mut consent = Consent::granted(terms, Timestamp::MIN);
            for (recipients, kinds, purposes) in taken {
                consent.revoke(ConsentRevoked {
                    consent: consent.id(),
                    how: None,
                    kinds: some(&KINDS, kinds),
                    on: Date::MIN,
                    purposes: some(&PURPOSES, purposes),
                    recipients: some(&people, recipients),
                }, Timestamp::MIN);
            }
            let left = consent.left();
            for (who, kind, purpose) in people.iter().flat_map(|who| KINDS.iter().flat_map(move |kind| PURPOSES.map(|purpose| (*who, *kind, purpose)))) {
                let is_taken = consent.revoked.iter().any(|revoked| revoked.takes_back(who, &[kind], purpose));
                let within = left.iter().filter(|scope| scope.recipients.contains(&who) && scope.kinds.contains(&kind) && scope.purposes.contains(&purpose));
                prop_assert_eq!(within.count(), usize::from(!is_taken));
            }
            prop_assert_eq!(left.is_empty(), consent.is_revoked());
            prop_assert!(left.iter().all(|scope| consent.covers(scope) && consent.names_any(scope)));
        }
    }
}
