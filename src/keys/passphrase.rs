//! Files that one passphrase opens: age files with a single scrypt stanza (c2sp.org/age#scrypt-recipient-stanza).
//! Must not know what is in them.
//!
//! The stanza is our own, not the age crate's: that one measures the clock each time it is made, to choose a work
//! factor that would then depend on the machine's mood, and with a clock that stands still it doubles its work without
//! end. What is written here is read by any age, and the other way round.

use std::collections::HashSet;
use std::io::Read;
use std::io::Write;

use age::DecryptError;
use age::EncryptError;
use age::secrecy::ExposeSecret;
use age_core::format::FILE_KEY_BYTES;
use age_core::format::FileKey;
use age_core::format::Stanza;
use age_core::primitives::aead_decrypt;
use age_core::primitives::aead_encrypt;
use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use rand_core::CryptoRng;
use rand_core::RngCore;
use zeroize::Zeroizing;

use crate::keys::header;
use crate::keys::opening::Opens;
use crate::secret::SecretText;

/// log2 of scrypt's N that is written (`docs/format.md`, 1): 256 MiB of memory.
pub const DEFAULT_LOG_N: u8 = 18;
/// The largest log2 of N that is read or written (`docs/format.md`, 1): 4 GiB of memory.
pub const MAX_LOG_N: u8 = 22;

const TAG: &str = "scrypt";
const LABEL: &[u8] = b"age-encryption.org/v1/scrypt";
const SALT: usize = 16;
const BODY: usize = FILE_KEY_BYTES + 16;

/// A passphrase-protected file that could not be made or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PassphraseError {
    /// The passphrase does not open the file. (A file altered in its stanza's body gives the same.)
    #[error("the passphrase is wrong")]
    WrongPassphrase,
    /// The file asks for more work than we take.
    #[error("the scrypt work factor is {required}, more than {allowed}")]
    WorkFactorTooHigh {
        /// log2 of N that the file asks for.
        required: u8,
        /// The largest we take.
        allowed: u8,
    },
    /// A work factor outside [`DEFAULT_LOG_N`] to [`MAX_LOG_N`] was to be written.
    #[error("a scrypt work factor of {log_n} is not written")]
    WorkFactorNotWritten {
        /// log2 of N that was asked for.
        log_n: u8,
    },
    /// Not an age file whose only stanza is scrypt.
    #[error("this is not an age file that a passphrase opens")]
    NotPassphraseFile,
    /// The header or the payload does not verify, or the scrypt stanza is malformed.
    #[error("the file is damaged")]
    Damaged,
}

/// Seals a small file to a passphrase alone. `log_n` is log2 of scrypt's N, [`DEFAULT_LOG_N`] at least.
pub fn seal_with_passphrase(
    plain: &[u8],
    passphrase: &SecretText,
    log_n: u8,
    rng: &mut (impl CryptoRng + RngCore),
) -> Result<Vec<u8>, PassphraseError> {
    if !(DEFAULT_LOG_N..=MAX_LOG_N).contains(&log_n) {
        return Err(PassphraseError::WorkFactorNotWritten { log_n });
    }
    Ok(seal(plain, passphrase, log_n, rng))
}

fn seal(plain: &[u8], passphrase: &SecretText, log_n: u8, rng: &mut (impl CryptoRng + RngCore)) -> Vec<u8> {
    let mut salt = [0; SALT];
    rng.fill_bytes(&mut salt);
    let stanza = Wrapping { passphrase, log_n, salt };
    let encryptor = age::Encryptor::with_recipients(std::iter::once(&stanza as &dyn age::Recipient))
        .expect("a single scrypt stanza is a legal header");
    let mut sealed = Vec::new();
    encryptor
        .wrap_output(&mut sealed)
        .and_then(|mut writer| writer.write_all(plain).and_then(|()| writer.finish()).map(|_| ()))
        .expect("writing into memory does not fail");
    sealed
}

/// Opens a small file that [`seal_with_passphrase`] or any age sealed to a passphrase.
pub fn open_with_passphrase(bytes: &[u8], passphrase: &SecretText) -> Result<Zeroizing<Vec<u8>>, PassphraseError> {
    check(bytes)?;
    let identity = PassphraseIdentity { passphrase, max_log_n: MAX_LOG_N };
    let mut reader = age::Decryptor::new_buffered(bytes)
        .and_then(|decryptor| decryptor.decrypt(std::iter::once(&identity as &dyn age::Identity)))
        .map_err(|error| match error {
            DecryptError::DecryptionFailed => PassphraseError::WrongPassphrase,
            DecryptError::ExcessiveWork { required, .. } => {
                PassphraseError::WorkFactorTooHigh { required, allowed: MAX_LOG_N }
            }
            _ => PassphraseError::Damaged,
        })?;
    // Sized beforehand, so that growing leaves no copy behind.
    let mut plain = Zeroizing::new(Vec::with_capacity(bytes.len()));
    reader.read_to_end(&mut plain).map_err(|_| PassphraseError::Damaged)?;
    Ok(plain)
}

/// Whether the bytes are a file that a passphrase may open at all, before anyone is asked for one.
pub fn check(bytes: &[u8]) -> Result<(), PassphraseError> {
    // Our own scan bounds the header first: the age crate's parser is slow on long ones.
    let header = header::read(&mut &bytes[..]).map_err(|_| PassphraseError::NotPassphraseFile)?;
    let decryptor = age::Decryptor::new_buffered(&header[..]).map_err(|_| PassphraseError::NotPassphraseFile)?;
    if decryptor.is_scrypt() { Ok(()) } else { Err(PassphraseError::NotPassphraseFile) }
}

/// A passphrase as something that opens files.
pub struct PassphraseIdentity<'a> {
    passphrase: &'a SecretText,
    max_log_n: u8,
}

impl<'a> PassphraseIdentity<'a> {
    /// With work factors up to [`MAX_LOG_N`].
    pub fn new(passphrase: &'a SecretText) -> Self {
        Self { passphrase, max_log_n: MAX_LOG_N }
    }
}

impl Opens for PassphraseIdentity<'_> {
    fn age_identities(&self) -> Vec<&dyn age::Identity> {
        vec![self]
    }
}

impl age::Identity for PassphraseIdentity<'_> {
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, DecryptError>> {
        (stanza.tag == TAG).then(|| self.unwrap(stanza))
    }
}

impl PassphraseIdentity<'_> {
    fn unwrap(&self, stanza: &Stanza) -> Result<FileKey, DecryptError> {
        let [salt, log_n] = &stanza.args[..] else {
            return Err(DecryptError::InvalidHeader);
        };
        let salt: [u8; SALT] = BASE64_STANDARD_NO_PAD
            .decode(salt)
            .ok()
            .and_then(|salt| salt.try_into().ok())
            .ok_or(DecryptError::InvalidHeader)?;
        let log_n = decimal(log_n).ok_or(DecryptError::InvalidHeader)?;
        if stanza.body.len() != BODY {
            return Err(DecryptError::InvalidHeader);
        }
        if log_n > self.max_log_n {
            return Err(DecryptError::ExcessiveWork { required: log_n, target: self.max_log_n });
        }
        let key = scrypt(self.passphrase, &salt, log_n);
        let file_key = Zeroizing::new(
            aead_decrypt(&key, FILE_KEY_BYTES, &stanza.body).map_err(|_| DecryptError::DecryptionFailed)?,
        );
        Ok(FileKey::init_with_mut(|place| place.copy_from_slice(&file_key)))
    }
}

/// A number from 1 to 255 in its one spelling: digits, none of them a leading zero.
fn decimal(text: &str) -> Option<u8> {
    let canonical = !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit());
    if canonical { text.parse().ok() } else { None }
}

struct Wrapping<'a> {
    passphrase: &'a SecretText,
    log_n: u8,
    salt: [u8; SALT],
}

impl age::Recipient for Wrapping<'_> {
    fn wrap_file_key(&self, file_key: &FileKey) -> Result<(Vec<Stanza>, HashSet<String>), EncryptError> {
        let key = scrypt(self.passphrase, &self.salt, self.log_n);
        let stanza = Stanza {
            tag: TAG.to_owned(),
            args: vec![BASE64_STANDARD_NO_PAD.encode(self.salt), self.log_n.to_string()],
            body: aead_encrypt(&key, file_key.expose_secret()),
        };
        Ok((vec![stanza], HashSet::new()))
    }
}

fn scrypt(passphrase: &SecretText, salt: &[u8; SALT], log_n: u8) -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0; 32]);
    let params = scrypt::Params::new(log_n, 8, 1, 32).expect("log2 N is between 1 and 22");
    scrypt::scrypt(passphrase.reveal_secret().as_bytes(), &[LABEL, salt].concat(), &params, &mut *key)
        .expect("32 bytes are a length that scrypt gives");
    key
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_core::OsRng;

    fn secret(text: &str) -> SecretText {
        SecretText::new(text.to_owned())
    }

    fn sealed(plain: &[u8], passphrase: &str) -> Vec<u8> {
        seal(plain, &secret(passphrase), 4, &mut OsRng)
    }

    #[test]
    fn round_trip_and_distinct_errors() {
        let file = sealed(b"plain", "correct");
        assert_eq!(open_with_passphrase(&file, &secret("correct")).unwrap().as_slice(), b"plain");
        assert_eq!(open_with_passphrase(&file, &secret("wrong")), Err(PassphraseError::WrongPassphrase));
        assert_eq!(open_with_passphrase(b"hello", &secret("")), Err(PassphraseError::NotPassphraseFile));
        let mut cut = file.clone();
        cut.pop();
        assert_eq!(open_with_passphrase(&cut, &secret("correct")), Err(PassphraseError::Damaged));
    }

    #[test]
    fn any_flipped_byte_is_refused() {
        let file = sealed(b"plain", "correct");
        // The work factor's digit stays: a flip of it costs gigabytes of memory before it fails.
        let digit = file.windows(3).position(|three| three == b" 4\n").unwrap() + 1;
        for at in (0..file.len()).filter(|&at| at != digit) {
            let mut flipped = file.clone();
            flipped[at] ^= 1;
            assert!(open_with_passphrase(&flipped, &secret("correct")).is_err(), "byte {at}");
        }
    }

    #[test]
    fn work_factors_have_bounds() {
        for log_n in [0, 17, 23, 64, 255] {
            let refused = PassphraseError::WorkFactorNotWritten { log_n };
            assert_eq!(seal_with_passphrase(b"", &secret("x"), log_n, &mut OsRng), Err(refused));
        }
        let file = String::from_utf8_lossy(&sealed(b"", "x")).replace(" 4\n", " 23\n");
        let start = file.as_bytes()[..file.find("\n---").unwrap()].to_vec();
        let forged = [&start[..], b"\n--- ", &[b'A'; 43], b"\n0123456789abcdef"].concat();
        let refused = PassphraseError::WorkFactorTooHigh { required: 23, allowed: 22 };
        assert_eq!(open_with_passphrase(&forged, &secret("x")), Err(refused));
    }

    #[test]
    fn the_age_crate_and_we_read_each_other() {
        let file = sealed(b"plain", "correct");
        let identity = age::scrypt::Identity::new("correct".to_owned().into());
        assert_eq!(age::decrypt(&identity, &file).unwrap(), b"plain");

        let mut recipient = age::scrypt::Recipient::new("correct".to_owned().into());
        recipient.set_work_factor(5);
        let theirs = age::encrypt(&recipient, b"theirs").unwrap();
        assert_eq!(open_with_passphrase(&theirs, &secret("correct")).unwrap().as_slice(), b"theirs");
    }

    #[test]
    fn the_written_work_factor_is_the_one_promised() {
        let file = seal_with_passphrase(b"plain", &secret("correct"), DEFAULT_LOG_N, &mut OsRng).unwrap();
        assert!(file.windows(4).any(|four| four == b" 18\n"));
        assert_eq!(open_with_passphrase(&file, &secret("correct")).unwrap().as_slice(), b"plain");
    }

    #[test]
    fn numbers_have_one_spelling() {
        for wrong in ["", "0", "01", "+1", "-1", "1x", "x1", "256", " 1", "0x1"] {
            assert_eq!(decimal(wrong), None, "{wrong}");
        }
        assert_eq!(decimal("22"), Some(22));
    }
}
