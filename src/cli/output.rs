//! Writing results: to standard output, or to a file that is whole or not there. A file is written beside its place
//! with mode 0600, made durable, then renamed; an existing one is never replaced unasked, and nothing is written
//! through a symbolic link. Must not know what is written.

use std::fs;
use std::io;
use std::io::BufWriter;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

use tempfile::NamedTempFile;

use crate::cli::host::Host;
use crate::cli::host::Redirect;
use crate::cli::host::Stream;
use crate::cli::host::StreamKind;
use crate::cli::interrupt;
use crate::cli::interrupt::Unfinished;
use crate::cli::location::Intent;
use crate::cli::location::LocationError;
use crate::cli::location::PlaceFacts;
use crate::cli::location::risks_of;
use crate::place::Contents;
use crate::place::PlaceRisk;
use crate::platform;

/// How the name of a file begins that is being written beside its place, and how it ends.
pub const PART_BEGIN: &str = ".subrosa-";
/// Its end.
pub const PART_END: &str = ".part";

/// Where a result goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Standard output.
    Stdout,
    /// A file.
    File {
        /// Its path as it was given.
        path: PathBuf,
        /// An existing file may be replaced.
        force: bool,
    },
}

/// A result that was not written.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// Something is there, and replacing it was not asked for.
    #[error("{} is there already", path.display())]
    Exists {
        /// The place.
        path: PathBuf,
    },
    /// The name is a symbolic link.
    #[error("{} is a symbolic link", path.display())]
    Link {
        /// The place.
        path: PathBuf,
    },
    /// A directory, a device or a pipe: never replaced.
    #[error("{} is there and no regular file", path.display())]
    NoFile {
        /// The place.
        path: PathBuf,
    },
    /// The directory is not there.
    #[error("there is no directory {}", directory.display())]
    NoDirectory {
        /// The directory.
        directory: PathBuf,
    },
    /// The path has no last name, or cannot be looked at.
    #[error(transparent)]
    Location(#[from] LocationError),
    /// Writing failed; no file is left.
    #[error("cannot write {}: {source}", path.display())]
    Failed {
        /// The place.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
}

/// What is wrong with `target`, to be weighed by [`Contents::judge`] before a byte is written. A terminal, a pipe and a
/// device have no risks. A redirect into an empty file of ours is not held against its mode: [`Output::open`] closes
/// it.
pub fn risks(target: &Target, host: &Host, vault: Option<&Path>) -> Result<Vec<PlaceRisk>, OutputError> {
    match (target, &host.stdout.kind) {
        (Target::File { path, .. }, _) => {
            let facts = PlaceFacts::gather(path, &host.cwd, vault)?;
            Ok(risks_of(&facts, Intent::NewFile))
        }
        (Target::Stdout, StreamKind::RegularFile(redirect)) => redirect_risks(redirect, &host.cwd, vault),
        (Target::Stdout, _) => Ok(Vec::new()),
    }
}

fn redirect_risks(redirect: &Redirect, cwd: &Path, vault: Option<&Path>) -> Result<Vec<PlaceRisk>, OutputError> {
    let will_be_closed = redirect.empty && redirect.access.ours;
    let Some(path) = &redirect.path else {
        // Its name is not known, or it has none any more: only its mode can be judged.
        let open = !will_be_closed && (redirect.access.others_read || redirect.access.others_write);
        let at = PathBuf::from("standard output");
        return Ok(open.then_some(PlaceRisk::Reachable { at }).into_iter().collect());
    };
    let facts = PlaceFacts::gather_existing(path, cwd, vault)?;
    let mut risks = risks_of(&facts, Intent::ExistingFile);
    risks.retain(|risk| !(will_be_closed && matches!(risk, PlaceRisk::Reachable { .. })));
    Ok(risks)
}

/// A result on its way. Dropped before [`finish`](Self::finish), it leaves no file.
pub enum Output<'a> {
    /// To standard output.
    Stdout(&'a mut Stream),
    /// To a file.
    File(FileOutput),
}

/// A file that is being written beside its place.
pub struct FileOutput {
    beside: BufWriter<NamedTempFile>,
    path: PathBuf,
    force: bool,
    _unfinished: Unfinished,
}

impl<'a> Output<'a> {
    /// Begins a result. Plain content that was redirected into an empty file of ours sets that file to 0600 first.
    pub fn open(target: &Target, contents: Contents, cwd: &Path, stdout: &'a mut Stream) -> Result<Self, OutputError> {
        if let Target::File { path, force } = target {
            return Ok(Self::File(FileOutput::create(path, cwd, *force)?));
        }
        if let StreamKind::RegularFile(redirect) = &stdout.kind
            && contents == Contents::Plain
            && redirect.empty
            && redirect.access.ours
        {
            let path = redirect.path.clone().unwrap_or_else(|| PathBuf::from("standard output"));
            platform::make_private(&redirect.file).map_err(|source| OutputError::Failed { path, source })?;
        }
        Ok(Self::Stdout(stdout))
    }

    /// Makes the result durable and gives it its name. Returns the path of a file.
    pub fn finish(self) -> Result<Option<PathBuf>, OutputError> {
        match self {
            Self::File(file) => file.finish().map(Some),
            Self::Stdout(stream) => {
                let path = || PathBuf::from("standard output");
                stream.flush().map_err(|source| OutputError::Failed { path: path(), source }).map(|()| None)
            }
        }
    }
}

impl FileOutput {
    /// Begins the file `path` (relative ones are under `cwd`). What can be refused is refused here, before the work,
    /// and looked at again at the end.
    pub fn create(path: &Path, cwd: &Path, force: bool) -> Result<Self, OutputError> {
        let path = PlaceFacts::gather(path, cwd, None)?.path;
        let directory = path.parent().unwrap_or(&path).to_path_buf();
        if !directory.is_dir() {
            return Err(OutputError::NoDirectory { directory });
        }
        may_take(&path, force)?;
        // tempfile makes it with mode 0600 under a random name, and never through a link.
        let beside = tempfile::Builder::new().prefix(PART_BEGIN).suffix(PART_END).tempfile_in(&directory);
        let beside = beside.map_err(|source| OutputError::Failed { path: path.clone(), source })?;
        // While it is held this is no leftover. Where a file system has no locks, a sweep takes none either.
        let _ = beside.as_file().try_lock();
        let unfinished = interrupt::remove_unfinished(beside.path().to_path_buf());
        Ok(Self { beside: BufWriter::new(beside), path, force, _unfinished: unfinished })
    }

    /// The place that it will have: absolute, its directories resolved.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Looks again whether it may have that place.
    pub fn may_take(&self) -> Result<(), OutputError> {
        may_take(&self.path, self.force)
    }

    /// Makes the file durable and gives it its name. A crash before the rename leaves nothing or a `.part`; after it,
    /// the whole file, of which the name may be lost until the directory is written.
    pub fn finish(self) -> Result<PathBuf, OutputError> {
        let Self { beside, path, force, _unfinished } = self;
        let failed = |source| OutputError::Failed { path: path.clone(), source };
        let beside = beside.into_inner().map_err(|error| failed(error.into_error()))?;
        beside.as_file().sync_all().map_err(failed)?;
        may_take(&path, force)?;
        let persisted = if force { beside.persist(&path) } else { beside.persist_noclobber(&path) };
        match persisted.map_err(|error| error.error) {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(OutputError::Exists { path }),
            Err(source) => return Err(failed(source)),
        }
        platform::sync_directory(path.parent().unwrap_or(&path)).map_err(failed)?;
        Ok(path)
    }
}

fn may_take(path: &Path, force: bool) -> Result<(), OutputError> {
    let path = path.to_path_buf();
    match fs::symlink_metadata(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(source) => Err(OutputError::Failed { path, source }),
        Ok(metadata) if metadata.is_symlink() => Err(OutputError::Link { path }),
        // `--force` replaces files; replacing /dev/null by one would break the machine.
        Ok(metadata) if !metadata.is_file() => Err(OutputError::NoFile { path }),
        Ok(_) if !force => Err(OutputError::Exists { path }),
        Ok(_) => Ok(()),
    }
}

impl Write for Output<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stdout(stream) => stream.write(bytes),
            Self::File(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stdout(stream) => stream.flush(),
            Self::File(file) => file.flush(),
        }
    }
}

impl Write for FileOutput {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.beside.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.beside.flush()
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::fs::symlink;

    use super::*;
    use crate::cli::twin;
    use crate::platform::FileAccess;

    fn names(directory: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_appears_whole_and_closed() {
        let directory = tempfile::tempdir().unwrap();
        let mut output = FileOutput::create(Path::new("x"), directory.path(), false).unwrap();
        output.write_all(b"secret").unwrap();
        output.flush().unwrap();
        assert_eq!(names(directory.path()).len(), 1);
        assert!(names(directory.path())[0].ends_with(".part"));
        let path = output.finish().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"secret");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(names(directory.path()), ["x"]);
    }

    #[test]
    fn what_is_not_finished_is_not_there() {
        let directory = tempfile::tempdir().unwrap();
        let mut output = FileOutput::create(Path::new("x"), directory.path(), false).unwrap();
        output.write_all(&[0; 100_000]).unwrap();
        drop(output);
        assert!(names(directory.path()).is_empty());
    }

    #[test]
    fn an_existing_file_is_replaced_only_when_forced() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("x"), b"old").unwrap();
        let refused = FileOutput::create(Path::new("x"), directory.path(), false);
        assert!(matches!(refused, Err(OutputError::Exists { .. })));
        let mut output = FileOutput::create(Path::new("x"), directory.path(), true).unwrap();
        output.write_all(b"new").unwrap();
        output.finish().unwrap();
        assert_eq!(fs::read(directory.path().join("x")).unwrap(), b"new");
    }

    #[test]
    fn a_file_that_came_in_between_is_not_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let output = FileOutput::create(Path::new("x"), directory.path(), false).unwrap();
        fs::write(directory.path().join("x"), b"theirs").unwrap();
        assert!(matches!(output.finish(), Err(OutputError::Exists { .. })));
        assert_eq!(names(directory.path()), ["x"]);
    }

    #[test]
    fn links_directories_and_devices_are_refused_even_when_forced() {
        let directory = tempfile::tempdir().unwrap();
        symlink(directory.path().join("target"), directory.path().join("link")).unwrap();
        fs::create_dir(directory.path().join("sub")).unwrap();
        let create = |path: &str| FileOutput::create(Path::new(path), directory.path(), true).err();
        assert!(matches!(create("link"), Some(OutputError::Link { .. })));
        assert!(matches!(create("sub"), Some(OutputError::NoFile { .. })));
        assert!(matches!(create("/dev/null"), Some(OutputError::NoFile { .. })));
        assert!(matches!(create("none/x"), Some(OutputError::NoDirectory { .. })));
        assert_eq!(names(directory.path()), ["link", "sub"]);
    }

    #[test]
    fn a_redirect_is_judged_by_its_mode_unless_it_will_be_closed() {
        let directory = tempfile::tempdir().unwrap();
        let (mut host, _) = twin::host(directory.path(), 0, 1);
        let open = FileAccess { ours: true, others_read: true, ..FileAccess::default() };
        let mut risks_for = |empty, access| {
            let file = tempfile::tempfile().unwrap();
            host.stdout.kind = StreamKind::RegularFile(Redirect { file, path: None, empty, access });
            risks(&Target::Stdout, &host, None).unwrap().iter().map(PlaceRisk::id).collect::<Vec<_>>()
        };
        assert_eq!(risks_for(false, open), ["E-OUTPUT-PERM"]);
        assert!(risks_for(true, open).is_empty());
        assert_eq!(risks_for(true, FileAccess { ours: false, ..open }), ["E-OUTPUT-PERM"]);
        assert!(risks_for(false, FileAccess { others_read: false, ..open }).is_empty());
    }

    #[test]
    fn a_redirect_with_a_name_is_judged_by_its_place_too() {
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir(directory.path().join(".git")).unwrap();
        let path = directory.path().join("x");
        fs::write(&path, b"").unwrap();
        let (mut host, _) = twin::host(directory.path(), 0, 1);
        let access = FileAccess { ours: true, ..FileAccess::default() };
        let file = fs::File::open(&path).unwrap();
        host.stdout.kind = StreamKind::RegularFile(Redirect { file, path: Some(path), empty: true, access });
        let found = risks(&Target::Stdout, &host, None).unwrap();
        assert_eq!(found.iter().map(PlaceRisk::id).collect::<Vec<_>>(), ["E-OUTPUT-GIT"]);
    }

    #[test]
    fn a_redirect_into_an_empty_file_of_ours_is_closed_for_plain_content_alone() {
        let directory = tempfile::tempdir().unwrap();
        let (mut host, _) = twin::host(directory.path(), 0, 1);
        for (contents, empty, want) in
            [(Contents::Plain, true, 0o600), (Contents::Plain, false, 0o644), (Contents::Sealed, true, 0o644)]
        {
            let file = fs::File::create(directory.path().join("x")).unwrap();
            file.set_permissions(fs::Permissions::from_mode(0o644)).unwrap();
            let access = platform::file_access(&file.metadata().unwrap(), None);
            host.stdout.kind = StreamKind::RegularFile(Redirect { file, path: None, empty, access });
            Output::open(&Target::Stdout, contents, &host.cwd, &mut host.stdout).unwrap();
            let mode = fs::metadata(directory.path().join("x")).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, want, "{contents:?} {empty}");
        }
    }

    #[test]
    fn pipes_have_no_risks_and_get_the_bytes() {
        let (mut host, ends) = twin::host(Path::new("/"), 0, 1);
        assert!(risks(&Target::Stdout, &host, None).unwrap().is_empty());
        let mut output = Output::open(&Target::Stdout, Contents::Plain, &host.cwd, &mut host.stdout).unwrap();
        output.write_all(b"bytes").unwrap();
        assert_eq!(output.finish().unwrap(), None);
        assert_eq!(ends.stdout.take(), b"bytes");
    }
}
