//! The places that are known by name: sync services, web servers' directories, file systems that are elsewhere or can
//! be carried away. Tables only.

use self::Sign::Begins;
use self::Sign::Exactly;
use self::Sign::Holds;
use self::Sign::HoldsLike;
use self::Sign::Named;

/// What gives a sync service's directory away.
#[derive(Debug, Clone, Copy)]
pub(super) enum Sign {
    /// A directory of this very name.
    Exactly(&'static str),
    /// A directory of this name, in any case.
    Named(&'static str),
    /// A directory whose name begins so, in any case.
    Begins(&'static str),
    /// A directory that holds an entry of this name.
    Holds(&'static str),
    /// A directory that holds an entry that begins and ends so.
    HoldsLike(&'static str, &'static str),
}

impl Sign {
    /// Whether a directory called `name` is meant.
    pub(super) fn is_named(self, name: &str) -> bool {
        match self {
            Self::Exactly(sign) => name == sign,
            Self::Named(sign) => name.eq_ignore_ascii_case(sign),
            Self::Begins(sign) => name.get(..sign.len()).is_some_and(|start| start.eq_ignore_ascii_case(sign)),
            Self::Holds(_) | Self::HoldsLike(..) => false,
        }
    }

    /// Whether an entry called `entry` gives the directory around it away.
    pub(super) fn is_marked_by(self, entry: &str) -> bool {
        match self {
            Self::Holds(sign) => entry == sign,
            Self::HoldsLike(start, end) => entry.starts_with(start) && entry.ends_with(end),
            Self::Exactly(_) | Self::Named(_) | Self::Begins(_) => false,
        }
    }
}

/// Sync services and their signs. Short words that people use for other things count in their own spelling alone.
/// `.dropbox` is no sign: it is also the program's own directory in the home.
pub(super) const SYNC_ROOTS: &[(&str, Sign)] = &[
    ("Box", Exactly("Box")),
    ("Box", Named("Box Sync")),
    ("Dropbox", Begins("Dropbox (")),
    ("Dropbox", Holds(".dropbox.cache")),
    ("Dropbox", Named("Dropbox")),
    ("Google Drive", Begins("GoogleDrive-")),
    ("Google Drive", Exactly("My Drive")),
    ("Google Drive", Named("Google Drive")),
    ("Google Drive", Named("GoogleDrive")),
    ("Insync", Named("Insync")),
    ("MEGA", Exactly("MEGA")),
    ("MEGA", Holds(".megaignore")),
    ("MEGA", Named("MEGAsync")),
    ("Nextcloud", Begins("Nextcloud")),
    ("Nextcloud", Holds(".nextcloudsync.log")),
    ("Nextcloud or ownCloud", HoldsLike("._sync_", ".db")),
    ("Nextcloud or ownCloud", HoldsLike(".sync_", ".db")),
    ("OneDrive", Begins("OneDrive")),
    ("Proton Drive", Named("Proton Drive")),
    ("Proton Drive", Named("ProtonDrive")),
    ("Resilio Sync", Named("Resilio Sync")),
    ("Seafile", Exactly("Seafile")),
    ("Seafile", Holds(".seafile-data")),
    ("SpiderOak", Begins("SpiderOak Hive")),
    ("Sync.com", Named("Sync.com")),
    ("Syncthing", Holds(".stfolder")),
    ("Tresorit", Named("Tresors")),
    ("Yandex.Disk", Begins("Yandex.Disk")),
    ("a cloud service", Exactly("CloudStorage")), // macOS: ~/Library/CloudStorage/*
    ("iCloud", Exactly("Mobile Documents")),
    ("iCloud", Named("iCloud Drive")),
    ("iCloud", Named("iCloudDrive")),
    ("ownCloud", Holds(".owncloudsync.log")),
    ("ownCloud", Named("ownCloud")),
    ("pCloud", Begins("pCloud")),
];

/// Where web servers' packages put what they serve.
pub(super) const WEB_ROOTS: &[&str] = &[
    "/Library/WebServer",
    "/opt/lampp/htdocs",
    "/srv/http",
    "/srv/httpd",
    "/srv/www",
    "/usr/local/apache2/htdocs",
    "/usr/local/www",
    "/usr/share/nginx/html",
    "/var/lib/tomcat",
    "/var/www",
];

/// Directories that a web server serves wherever they are, in lower case.
pub(super) const WEB_DIRECTORIES: &[&str] = &["htdocs", "httpdocs", "inetpub", "public_html", "wwwroot"];

/// File systems on other machines, as Linux names their types.
pub(super) const NETWORK: &[&str] = &[
    "9p",
    "acfs",
    "afs",
    "beegfs",
    "ceph",
    "cifs",
    "coda",
    "davfs",
    "drvfs",
    "fuse.ceph",
    "fuse.curlftpfs",
    "fuse.davfs",
    "fuse.davfs2",
    "fuse.gcsfuse",
    "fuse.glusterfs",
    "fuse.google-drive-ocamlfuse",
    "fuse.gvfsd-fuse",
    "fuse.juicefs",
    "fuse.kio-fuse",
    "fuse.onedriver",
    "fuse.pcloudfs",
    "fuse.rclone",
    "fuse.s3fs",
    "fuse.smbnetfs",
    "fuse.sshfs",
    "fuse.vmhgfs-fuse",
    "gfs2",
    "glusterfs",
    "gpfs",
    "lustre",
    "moosefs",
    "ncpfs",
    "nfs",
    "nfs4",
    "ocfs2",
    "orangefs",
    "prl_fs",
    "smb3",
    "smbfs",
    "vboxsf",
    "vmhgfs",
];

/// File systems of sticks, cards and discs.
pub(super) const REMOVABLE: &[&str] =
    &["exfat", "fuse.exfat", "fuseblk", "hfs", "hfsplus", "iso9660", "msdos", "ntfs", "ntfs3", "udf", "vfat"];

/// Where desktops mount what is plugged in.
pub(super) const REMOVABLE_ROOTS: &[&str] = &["/media", "/run/media"];
