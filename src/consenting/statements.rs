//! What a client is told before signing, and signs under: how to take it back, that care does not depend on it, what may
//! become of what was shared. In our own words. Sources: 45 CFR 164.508(c)(2), 42 CFR 2.31(a), GDPR Art. 7(3)-(4).

use crate::practice::client::Client;
use crate::practice::protocol::Protocol;
use crate::practice::words::Prose;
use crate::vocabulary::Profile;

const REVOKE: &str = "You may take this consent back at any time, all of it or a part, by telling us or by writing to us. \
    From then on nothing more is shared under it. What was shared before that cannot be called back by you or by us.";

const CONDITION: &str = "Signing is up to you. Your care does not depend on it, and nothing is held against you if you \
    do not sign.";

const PASSED_ON: &str = "Whoever receives it is asked not to pass it on. Once it has left us, we cannot make sure of \
    that, and the law may protect it less there than here.";

const PART2: &str = "Records of substance use treatment are protected by 42 CFR part 2. Whoever receives them may not use \
    them against you in any proceedings unless you consent to that separately or a court orders it. If you do not \
    consent to sharing for treatment, payment or the running of the practice, others may know less when they treat \
    you, or a payer may not pay; we treat you all the same.";

const GDPR: &str = "Taking it back is as easy as giving it. You may ask to see what is kept about you, to have it \
    corrected, and you may complain to your data protection authority.";

/// The statements that this client reads under this protocol, a paragraph each.
pub fn paragraphs(protocol: &Protocol, client: &Client) -> Vec<&'static str> {
    let is_part2 = client.is_under_part2(protocol);
    let mut all = vec![REVOKE, CONDITION, PASSED_ON];
    all.extend(is_part2.then_some(PART2));
    all.extend(protocol.has(Profile::Gdpr).then_some(GDPR));
    all
}

/// The same, as a consent keeps them.
pub fn standard(protocol: &Protocol, client: &Client) -> Prose {
    paragraphs(protocol, client).join("\n\n").parse().expect("our own words are prose")
}
