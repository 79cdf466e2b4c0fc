//! Agreements: what a recipient promised is filed, and ends.

use rand_core::CryptoRng;
use rand_core::RngCore;

use crate::filing;
use crate::filing::Incoming;
use crate::id::AgreementId;
use crate::id::RecipientId;
use crate::id::RecordId;
use crate::papers::PapersError;
use crate::papers::recipient;
use crate::practice::agreement::AgreementAdded;
use crate::practice::agreement::AgreementEnded;
use crate::practice::event::Body;
use crate::practice::words::Prose;
use crate::time::Date;
use crate::vault::Vault;
use crate::vault::desk::Desk;
use crate::vault::transaction::Committed;
use crate::vault::transaction::Draft;
use crate::vocabulary::AgreementType;
use crate::vocabulary::Understood;

/// What an agreement says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// What may be shared outside.
    pub may_share: Vec<Prose>,
    /// What may not.
    pub may_not_share: Vec<Prose>,
    /// What breaching it leads to.
    pub consequences: Prose,
    /// What else the party promises.
    pub duties: Vec<Prose>,
}

/// An agreement to be filed.
#[derive(Clone, Debug)]
pub struct NewAgreement {
    /// Its id.
    pub agreement: AgreementId,
    /// Who promises.
    pub recipient: RecipientId,
    /// What kind of agreement.
    pub agreement_type: AgreementType,
    /// When it was signed.
    pub signed_on: Date,
    /// Its first day.
    pub effective: Date,
    /// Its last day; where nobody said, the protocol's period for agreements decides.
    pub ends: Option<Date>,
    /// What it says.
    pub terms: Terms,
    /// How it was made sure that it was understood.
    pub understood: Option<Understood>,
}

/// Files one, with its signed form where there is one: both, or neither.
pub fn add<R: CryptoRng + RngCore>(
    desk: &mut Desk<'_, R>,
    new: NewAgreement,
    form: Option<Incoming<'_>>,
) -> Result<Committed, PapersError> {
    let mut transaction = desk.vault.begin(usize::from(form.is_some()), &[], desk.rng)?;
    let form = form.map(|form| filing::sealed(&mut transaction, form, &mut |_| {}, desk.rng)).transpose()?;
    transaction.commit(desk.clock, desk.rng, |vault| {
        let body = added(vault, new, form.as_ref().map(|form| form.record))?;
        Ok(form.map(Body::RecordAdded).into_iter().chain([body]).map(Draft::from).collect())
    })
}

fn added(vault: &Vault, new: NewAgreement, form: Option<RecordId>) -> Result<Body, PapersError> {
    recipient(vault, new.recipient)?;
    let adopted = vault.catalog().protocol()?;
    let period = adopted.protocol.periods.agreement;
    let by_protocol = || period.map(|period| period.from_date(new.effective, false)).transpose();
    let ends = new.ends.map_or_else(by_protocol, |ends| Ok(Some(ends)))?;
    let Terms { may_share, may_not_share, consequences, duties } = new.terms;
    Ok(Body::AgreementAdded(AgreementAdded {
        agreement: new.agreement,
        agreement_type: new.agreement_type,
        consequences,
        duties,
        effective: new.effective,
        ends,
        form,
        may_not_share,
        may_share,
        protocol: adopted.version,
        recipient: new.recipient,
        signed_on: new.signed_on,
        understood: new.understood,
    }))
}

/// Ends one early: `on` is the first day on which it does not hold any more.
pub fn end<R: CryptoRng + RngCore>(
    desk: &mut Desk<'_, R>,
    agreement: AgreementId,
    reason: Prose,
    on: Date,
) -> Result<Committed, PapersError> {
    desk.append(|vault| {
        let found = vault.catalog().agreement(agreement)?.ok_or(PapersError::NoAgreement(agreement))?;
        let is_over = found.signed.ends.is_some_and(|last| on > last);
        if found.ended.is_some() || is_over {
            return Err(PapersError::AgreementEnded(agreement));
        }
        Ok(vec![Draft::from(Body::AgreementEnded(AgreementEnded { agreement, on, reason }))])
    })
}
