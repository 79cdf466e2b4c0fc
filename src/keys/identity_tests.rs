//! Identity files: every shape that is accepted, every fault named, no secret repeated.

use super::*;
use proptest::prelude::*;

const SECRET: &str = "AGE-SECRET-KEY-1EGTZVFFV20835NWYV6270LXYVK2VKNX2MMDKWYKLMGR48UAWX40Q2P2LM0";
const PUBLIC: &str = "age1xmwwc06ly3ee5rytxm9mflaz2u56jjj36s0mypdrwsvlul66mv4q47ryef";

fn read_with(bytes: &[u8], passphrase: Option<&str>) -> Result<Identities, IdentityFault> {
    let mut asked = 0;
    let mut ask = |file: &str| {
        asked += 1;
        assert_eq!(file, "me.txt");
        passphrase.map(|text| SecretText::new(text.to_owned()))
    };
    let result = IdentityFile::read(bytes, "me.txt", &mut ask, &Callbacks::none());
    assert!(asked <= 1);
    result.map_err(|error| {
        assert_eq!(error.file, "me.txt");
        error.fault
    })
}

fn fault(text: &str) -> IdentityFault {
    read_with(text.as_bytes(), None).unwrap_err()
}

#[test]
fn plain_files() {
    let identities = read_with(format!("# mine\n\n{SECRET}\r\n{SECRET}").as_bytes(), None).unwrap();
    assert_eq!(identities.iter().count(), 2);
    assert_eq!(identities.age_identities().len(), 2);
    assert_eq!(identities.public_keys().next().unwrap().as_str(), PUBLIC);
}

#[test]
fn generated_owners_are_read_back() {
    let (file, public) = generate_owner();
    let identities = read_with(file.reveal_secret().as_bytes(), None).unwrap();
    assert_eq!(identities.public_keys().collect::<Vec<_>>(), [&public]);
}

#[test]
fn faults_are_named() {
    assert_eq!(fault(""), IdentityFault::NoIdentity);
    assert_eq!(fault("# nothing\n"), IdentityFault::NoIdentity);
    assert_eq!(fault(PUBLIC), IdentityFault::PublicKey { line: 1 });
    assert_eq!(
        fault(&format!(
            "{SECRET}\nssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHsKLqeplhpW+uObz5dvMgjz1OxfM/XXUB+VHtZ6isGN me"
        )),
        IdentityFault::PublicKey { line: 2 }
    );
    assert_eq!(fault(&format!("#\n{}", &SECRET[..70])), IdentityFault::Malformed { line: 2 });
    assert_eq!(fault("AGE-SECRET-KEY-PQ-1QQQQ"), IdentityFault::HybridNotSupported { line: 1 });
    assert_eq!(read_with(&[0xff, 0xfe], None).unwrap_err(), IdentityFault::NotText);
    assert_eq!(read_with(&vec![b'#'; lines::MAX_FILE + 1], None).unwrap_err(), IdentityFault::TooLarge);
    let missing = IdentityFault::PluginMissing { binary: "age-plugin-foobar".to_owned() };
    assert_eq!(fault("AGE-PLUGIN-FOOBAR-1QVHULF"), missing);
}

#[test]
fn passphrase_protected_files() {
    // As stock age writes it, with little work: what the work costs is told of in `passphrase`.
    let mut recipient = age::scrypt::Recipient::new("correct".to_owned().into());
    recipient.set_work_factor(4);
    let sealed = age::encrypt(&recipient, SECRET.as_bytes()).unwrap();
    assert_eq!(read_with(&sealed, Some("correct")).unwrap().public_keys().next().unwrap().as_str(), PUBLIC);
    assert_eq!(read_with(&sealed, Some("wrong")).unwrap_err(), IdentityFault::WrongPassphrase);
    assert_eq!(read_with(&sealed, None).unwrap_err(), IdentityFault::NoPassphrase);
    assert_eq!(read_with(&sealed[..sealed.len() - 1], Some("correct")).unwrap_err(), IdentityFault::Damaged);
}

#[test]
fn armored_files_of_stock_age() {
    let mut recipient = age::scrypt::Recipient::new("correct".to_owned().into());
    recipient.set_work_factor(4);
    let armored = age::encrypt_and_armor(&recipient, SECRET.as_bytes()).unwrap();
    let read = read_with(format!("\n{armored}").as_bytes(), Some("correct")).unwrap();
    assert_eq!(read.public_keys().next().unwrap().as_str(), PUBLIC);
    let damaged = armored.replacen('\n', "\n?", 1);
    assert_eq!(read_with(damaged.as_bytes(), Some("correct")).unwrap_err(), IdentityFault::Damaged);
}

#[test]
fn nobody_is_asked_in_vain() {
    let to_a_key = age::encrypt(&PUBLIC.parse::<age::x25519::Recipient>().unwrap(), SECRET.as_bytes()).unwrap();
    let mut ask = |_: &str| panic!("asked for a passphrase that cannot help");
    let error = IdentityFile::read(&to_a_key, "me.txt", &mut ask, &Callbacks::none()).unwrap_err();
    assert_eq!(error.fault, IdentityFault::SealedToKeys);
    assert_eq!(error.to_string(), "me.txt: it is an age file that no passphrase opens");
}

#[cfg(not(feature = "ssh"))]
#[test]
fn ssh_is_a_matter_of_the_build() {
    assert_eq!(fault("-----BEGIN OPENSSH PRIVATE KEY-----\nb3Blbn\n"), IdentityFault::SshNotBuilt);
}

#[cfg(feature = "ssh")]
#[test]
fn ssh_keys_open_what_was_sealed_to_them() {
    // Made with ssh-keygen -t ed25519 for this test alone; the second is the first under the passphrase "correct".
    const PLAIN: &str = "-----BEGIN OPENSSH PRIVATE KEY-----\n\
        b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW\n\
        QyNTUxOQAAACBuMxicLop6sx0YdkTCVavt4kmIlZE/fJpEt3S7YUq4xAAAAIheNAW1XjQF\n\
        tQAAAAtzc2gtZWQyNTUxOQAAACBuMxicLop6sx0YdkTCVavt4kmIlZE/fJpEt3S7YUq4xA\n\
        AAAECzWt0RMGjIb9zqoZkmmeP79kEdhGyEAXrlzWkUSNhXyW4zGJwuinqzHRh2RMJVq+3i\n\
        SYiVkT98mkS3dLthSrjEAAAAAXQBAgME\n\
        -----END OPENSSH PRIVATE KEY-----\n";
    const PROTECTED: &str = "-----BEGIN OPENSSH PRIVATE KEY-----\n\
        b3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAAGAAAABBQOmIlgD\n\
        ouSX5XYg+o254wAAAAEAAAAAEAAAAzAAAAC3NzaC1lZDI1NTE5AAAAIG4zGJwuinqzHRh2\n\
        RMJVq+3iSYiVkT98mkS3dLthSrjEAAAAkMtGOJMbh/yIdHxfCP6YhkQrpgpuMk1DqS3yiB\n\
        9HiWGLSDX8Uit9LbPeGCbMFX2kdLJFARgRV/dMZ6rbzHMB4B21cycCNmrBYiHEjpW4aNuc\n\
        WQOVysx/uhpZdUI52kjaCHa6YkanZQmwzKjLWc11+XcW7ODIwsPbHE7PwSoZ95im20Cdya\n\
        R3dbWiXGPFObPXAA==\n\
        -----END OPENSSH PRIVATE KEY-----\n";
    const SSH_PUBLIC: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG4zGJwuinqzHRh2RMJVq+3iSYiVkT98mkS3dLthSrjE";
    for (file, passphrase) in [(PLAIN, None), (PROTECTED, Some("correct"))] {
        let identities = read_with(file.as_bytes(), passphrase).unwrap();
        let public = identities.public_keys().next().unwrap().clone();
        assert_eq!(public.as_str(), SSH_PUBLIC);
        let to = public.seals_to(&Callbacks::none()).unwrap();
        let mut sealed = Vec::new();
        let encryptor = age::Encryptor::with_recipients(std::iter::once(to.as_age())).unwrap();
        encryptor.wrap_output(&mut sealed).unwrap().finish().unwrap();
        let decryptor = age::Decryptor::new(&sealed[..]).unwrap();
        assert!(decryptor.decrypt(identities.age_identities().into_iter()).is_ok());
    }
    assert_eq!(read_with(PROTECTED.as_bytes(), Some("wrong")).unwrap_err(), IdentityFault::WrongPassphrase);
    assert_eq!(fault(&PLAIN[..60]), IdentityFault::Malformed { line: 1 });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_bytes_panic(bytes: Vec<u8>) {
        let _ = read_with(&bytes, None);
    }

    #[test]
    fn no_lines_panic(text in "(AGE-SECRET-KEY-1|AGE-PLUGIN-|age1|ssh-|-----BEGIN |age-encryption.org/v1\n|#|\n|[ -~]{0,20}){0,6}") {
        let _ = read_with(text.as_bytes(), None);
    }

    #[test]
    fn errors_never_hold_the_secret(before in "[ -~\n]{0,10}", from in 0..40usize, after in "[ -~\n]{0,10}") {
        let text = format!("{before}{}{after}", &SECRET[from..]);
        let Err(fault) = read_with(text.as_bytes(), None) else { return Ok(()) };
        let said = format!("{fault} {fault:?}");
        for window in SECRET.as_bytes()["AGE-SECRET-KEY-1".len()..].windows(8) {
            prop_assert!(!said.contains(std::str::from_utf8(window).unwrap()), "{}", said);
        }
    }
}
