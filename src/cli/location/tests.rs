use std::fs::File;

use proptest::prelude::*;

use super::*;

const CLOSED: FileAccess = FileAccess {
    ours: true,
    others_read: false,
    others_write: false,
    others_enter: false,
    sticky: false,
    identity: None,
};
const ENTER: FileAccess = FileAccess { others_enter: true, ..CLOSED };
const READ: FileAccess = FileAccess { others_read: true, ..CLOSED };
const SHARED: FileAccess = FileAccess { others_read: true, others_write: true, others_enter: true, ..CLOSED };
const STICKY: FileAccess = FileAccess { sticky: true, ..SHARED };

/// The facts of `path` when all its directories give others `access`.
fn facts(path: &str, access: FileAccess) -> PlaceFacts {
    let path = PathBuf::from(path);
    let above = path.ancestors().skip(1).map(|path| DirectoryFacts { path: path.into(), access, ..Default::default() });
    PlaceFacts { above: above.collect(), path: path.clone(), ..PlaceFacts::default() }
}

fn ids(facts: &PlaceFacts, intent: Intent) -> Vec<&'static str> {
    risks_of(facts, intent).iter().map(|risk| risk.id().trim_start_matches("E-OUTPUT-")).collect()
}

#[test]
fn an_ordinary_place_is_fine() {
    for path in [
        "/home/me/notes.txt",
        "/home/me/Boxes/x",
        "/home/me/box/x",
        "/home/me/www/x",
        "/home/me/Dropbox",
        "/variety/www/x",
    ] {
        assert!(ids(&facts(path, ENTER), Intent::NewFile).is_empty(), "{path}");
    }
}

#[test]
fn places_are_known_by_name() {
    for (path, want) in [
        ("/home/me/Dropbox/x", "SYNC"),
        ("/home/me/dropbox (Practice)/a/x", "SYNC"),
        ("/home/me/OneDrive - Clinic/x", "SYNC"),
        ("/home/me/GoogleDrive-me@example.org/x", "SYNC"),
        ("/Users/me/Library/Mobile Documents/com~apple~CloudDocs/x", "SYNC"),
        ("/Users/me/Library/CloudStorage/Any/x", "SYNC"),
        ("/home/me/Nextcloud2/x", "SYNC"),
        ("/home/me/Box/x", "SYNC"),
        ("/home/me/pCloudDrive/x", "SYNC"),
        ("/home/me/MEGA/x", "SYNC"),
        ("/var/www/html/x", "WEB"),
        ("/srv/http/x", "WEB"),
        ("/home/me/public_html/x", "WEB"),
        ("/opt/thing/htdocs/a/x", "WEB"),
        ("/Volumes/STICK/x", "MOUNT"),
    ] {
        assert_eq!(ids(&facts(path, CLOSED), Intent::NewFile), [want], "{path}");
        assert_eq!(ids(&facts(path, CLOSED), Intent::Directory), [want], "{path}");
    }
}

#[test]
fn sync_markers_are_known() {
    for entry in
        [".stfolder", ".sync_0a1b.db", "._sync_0a1b.db", ".nextcloudsync.log", ".owncloudsync.log", ".seafile-data"]
    {
        assert!(marked_sync_root(entry).is_some(), "{entry}");
    }
    for entry in [".dropbox", ".sync_0a1b.txt", "sync_.db", ".git"] {
        assert!(marked_sync_root(entry).is_none(), "{entry}");
    }
}

#[test]
fn a_file_is_reachable_when_it_and_every_directory_above_are_open() {
    for (file, directories, want) in [(READ, ENTER, true), (READ, CLOSED, false), (CLOSED, ENTER, false)] {
        let mut facts = facts("/a/b/x", directories);
        facts.occupant = Occupant::File(file);
        assert_eq!(ids(&facts, Intent::ExistingFile) == ["PERM"], want);
        assert_eq!(ids(&facts, Intent::NewFile), ["EXISTS"], "a new file is 0600");
    }
    let mut one_closed = facts("/a/b/x", ENTER);
    one_closed.occupant = Occupant::File(READ);
    one_closed.above[1].access = CLOSED;
    assert!(!one_closed.is_reachable());
}

#[test]
fn a_directory_that_others_can_enter_is_no_vault() {
    let mut facts = facts("/a/vault", ENTER);
    facts.occupant = Occupant::Directory(ENTER);
    assert_eq!(ids(&facts, Intent::Directory), ["PERM"]);
    facts.occupant = Occupant::Directory(CLOSED);
    assert!(ids(&facts, Intent::Directory).is_empty());
    facts.occupant = Occupant::Link;
    assert_eq!(ids(&facts, Intent::Directory), ["LINK"]);
}

#[test]
fn the_sticky_bit_protects_what_is_deeper_only() {
    let mut tmp = facts("/tmp/x", ENTER);
    tmp.above[0].access = STICKY;
    assert_eq!(ids(&tmp, Intent::NewFile), ["WRITABLE"]);
    assert!(ids(&tmp, Intent::Directory).is_empty(), "a vault is a directory of its own");
    let mut deeper = facts("/tmp/mine/x", ENTER);
    deeper.above[1].access = STICKY;
    assert!(ids(&deeper, Intent::NewFile).is_empty());
    deeper.above[1].access = SHARED;
    assert_eq!(ids(&deeper, Intent::NewFile), ["WRITABLE"]);
    assert_eq!(ids(&deeper, Intent::Directory), ["WRITABLE"]);
}

#[test]
fn a_vault_is_known_by_path_and_by_identity() {
    let mut by_path = facts("/v/objects/x", CLOSED);
    by_path.vault = Some(("/v".into(), None));
    assert_eq!(ids(&by_path, Intent::NewFile), ["VAULT"]);
    let mut by_identity = facts("/bind/x", CLOSED);
    by_identity.vault = Some(("/v".into(), Some((1, 2))));
    assert!(ids(&by_identity, Intent::NewFile).is_empty());
    by_identity.above[0].access.identity = Some((1, 2));
    assert_eq!(ids(&by_identity, Intent::NewFile), ["VAULT"]);
}

#[test]
fn mounts_are_judged_by_type_and_place() {
    for (root, filesystem, want) in [
        ("/home/me/nas", "nfs4", Some("network")),
        ("/home/me/nas", "fuse.sshfs", Some("network")),
        ("/home/me/nas", "ext4", None),
        ("/media/me/STICK", "ext4", Some("removable")),
        ("/run/media/me/STICK", "btrfs", Some("removable")),
        ("/mnt/stick", "vfat", Some("removable")),
        ("/", "9p", None),
        ("/mnt/disk", "xfs", None),
    ] {
        let mut facts = facts("/x", CLOSED);
        facts.mount = Some(Mount { root: root.into(), filesystem: filesystem.to_owned() });
        let found = mount(&facts).map(|risk| match risk {
            PlaceRisk::NetworkMount { .. } => "network",
            _ => "removable",
        });
        assert_eq!(found, want, "{root} {filesystem}");
    }
}

#[test]
fn the_file_system_is_looked_at() {
    let top = tempfile::tempdir().unwrap();
    let top = fs::canonicalize(top.path()).unwrap();
    let gathered = |path: &str, vault: Option<&str>| {
        let vault = vault.map(Path::new);
        PlaceFacts::gather(Path::new(path), &top, vault).unwrap()
    };
    for name in ["repo/.git", "sync/.stfolder", "vault/objects", "plain"] {
        fs::create_dir_all(top.join(name)).unwrap();
    }
    File::create(top.join("plain/there")).unwrap();
    std::os::unix::fs::symlink(top.join("repo"), top.join("plain/link")).unwrap();
    assert_eq!(ids(&gathered("repo/sub/none/x", None), Intent::NewFile), ["GIT"]);
    assert_eq!(ids(&gathered("sync/x", None), Intent::NewFile), ["SYNC"]);
    assert_eq!(ids(&gathered("vault/objects/x", Some("vault")), Intent::NewFile), ["VAULT"]);
    assert_eq!(ids(&gathered("vault/../vault/x", Some("vault")), Intent::NewFile), ["VAULT"]);
    assert_eq!(ids(&gathered("plain/there", Some("vault")), Intent::NewFile), ["EXISTS"]);
    assert_eq!(ids(&gathered("plain/link", None), Intent::NewFile), ["LINK"]);
    let through = gathered("plain/link/x", None);
    assert_eq!(through.path, top.join("repo/x"), "directories are followed and judged where they lead");
    assert_eq!(ids(&through, Intent::NewFile), ["GIT"]);
    assert!(PlaceFacts::gather(Path::new("none/../x"), &top, None).is_err());
    assert!(PlaceFacts::gather(Path::new("plain/there/x"), &top, None).is_err(), "a file is no directory");
}

#[test]
fn a_file_to_be_read_is_followed_and_a_device_is_not_reachable() {
    use std::os::unix::fs::PermissionsExt;

    let top = tempfile::tempdir().unwrap();
    let top = fs::canonicalize(top.path()).unwrap();
    let open = fs::Permissions::from_mode(0o644);
    fs::write(top.join("open"), b"").unwrap();
    fs::set_permissions(top.join("open"), open).unwrap();
    std::os::unix::fs::symlink(top.join("open"), top.join("link")).unwrap();
    fs::set_permissions(&top, fs::Permissions::from_mode(0o700)).unwrap();
    assert!(!is_reachable(Path::new("link"), &top).unwrap(), "behind a closed directory");
    fs::set_permissions(&top, fs::Permissions::from_mode(0o711)).unwrap();
    let outside_is_open = directory_facts(top.parent().unwrap()).unwrap().access.others_enter;
    assert_eq!(is_reachable(Path::new("link"), &top).unwrap(), outside_is_open);
    assert!(!is_reachable(Path::new("/dev/null"), &top).unwrap());
    assert!(is_reachable(Path::new("none"), &top).is_err());
}

proptest! {
    #[test]
    fn no_path_panics(path in "(/|\\.\\.|\\.|[a-zA-Z ]{1,8}){0,8}") {
        let facts = PlaceFacts::gather(Path::new(&path), Path::new("/nowhere"), None);
        if let Ok(facts) = facts {
            risks_of(&facts, Intent::NewFile);
            risks_of(&facts, Intent::Directory);
        }
    }
}
