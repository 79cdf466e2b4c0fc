//! The commands, one file each: what is typed for it, what is refused early, one transaction, what is answered.

use clap::Subcommand;

use crate::cli::Exit;
use crate::cli::failure::Failure;
use crate::cli::session::Session;

pub mod add;
pub mod agreement;
pub mod card;
pub mod check;
pub mod client;
pub mod completions;
pub mod concern;
pub mod consent;
pub mod due;
pub mod edit;
pub mod excerpt;
pub mod explain;
pub mod group;
pub mod help;
pub mod here;
pub mod info;
pub mod init;
pub mod ledger;
pub mod list;
pub mod lock;
pub mod man;
pub mod nudge;
pub mod owner;
pub mod proof;
pub mod protocol;
pub mod recipient;
pub mod report;
pub mod restrict;
pub mod rules;
pub mod share;
pub mod show;
pub mod sweep;
pub mod tag;
pub mod team;
pub mod training;
pub mod unlock;
pub mod whoknows;

/// What can be done.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a vault
    Init(init::Args),
    /// Who opens the vault
    #[command(subcommand)]
    Owner(owner::Action),
    /// Open the vault to this session for a while, so that nobody has to type the passphrase for each command
    Unlock(unlock::Args),
    /// End that
    Lock(lock::Args),
    /// The people the records are about
    #[command(subcommand)]
    Client(client::Action),
    /// The people something may be shared with
    #[command(subcommand)]
    Recipient(recipient::Action),
    /// What clients consented to: granting, completing and taking back
    #[command(subcommand)]
    Consent(consent::Action),
    /// Names for several recipients; each is decided about alone
    #[command(subcommand)]
    Team(team::Action),
    /// What recipients promised
    #[command(subcommand)]
    Agreement(agreement::Action),
    /// What recipients learned, and until when that counts
    #[command(subcommand)]
    Training(training::Action),
    /// What clients asked not to be shared
    #[command(subcommand)]
    Restrict(restrict::Action),
    /// Meetings of several people, who are protected from each other
    #[command(subcommand)]
    Group(group::Action),
    /// What somebody fears for their confidentiality, and what was answered
    #[command(subcommand)]
    Concern(concern::Action),
    /// This practice's contact card: its keys, signed, for those who share with it
    Card(card::Args),
    /// File records: files, a directory's files, or standard input
    Add(add::Args),
    /// All records, newest first
    #[command(visible_alias = "ls")]
    List(list::Args),
    /// In which room you are, and for how long: content is drawn only in a private one
    Here(here::Args),
    /// A record's content
    Show(show::Args),
    /// What is known of a record, and where it went
    Info(info::Args),
    /// Edit a record's text; the old version stays
    Edit(edit::Args),
    /// Take lines of a record as a record of their own, without names or identifiers where wanted
    Excerpt(excerpt::Args),
    /// Put tags on records, and take tags off
    Tag(tag::Args),
    /// Share records with named recipients, each by a package and an entry in the ledger
    Share(share::Args),
    /// Who was given what of a record or a client, and whether it has been overtaken
    Whoknows(whoknows::Args),
    /// Plain copies that this computer wrote: which still lie there, and their end
    Sweep(sweep::Args),
    /// What is to be done, the longest due first
    Due(due::Args),
    /// Remind a colleague, without a client's name and without blame
    Nudge(nudge::Args),
    /// What happened, put together for the client or for the practice
    #[command(subcommand)]
    Report(report::Action),
    /// What is confidential here, who has access to it, and how it is handled
    #[command(subcommand)]
    Protocol(protocol::Action),
    /// The signed ledger: what happened, and whether it holds
    #[command(subcommand)]
    Ledger(ledger::Action),
    /// What a ledger proves to somebody who has no vault
    #[command(subcommand)]
    Proof(proof::Action),
    /// Look at the whole vault, or at a copy of it
    Check(check::Args),
    /// What a reason of a refusal means, where it comes from, and what cures it
    Explain(explain::Args),
    /// Every rule that a share is decided by, or the table of who needs what
    Rules(rules::Args),
    /// A script that lets a shell complete what is typed
    Completions(completions::Args),
    /// The manual's pages
    Man(man::Args),
    /// Tell about a command, or about the exit codes
    Help(help::Args),
}

/// Runs one.
pub fn run(command: Command, session: &mut Session<'_>) -> Result<Exit, Failure> {
    match command {
        Command::Init(args) => init::run(args, session),
        Command::Owner(action) => owner::run(action, session),
        Command::Unlock(args) => unlock::run(&args, session),
        Command::Lock(args) => lock::run(&args, session),
        Command::Client(action) => client::run(action, session),
        Command::Recipient(action) => recipient::run(action, session),
        Command::Consent(action) => consent::run(action, session),
        Command::Team(action) => team::run(action, session),
        Command::Agreement(action) => agreement::run(action, session),
        Command::Training(action) => training::run(action, session),
        Command::Restrict(action) => restrict::run(action, session),
        Command::Group(action) => group::run(action, session),
        Command::Concern(action) => concern::run(action, session),
        Command::Card(args) => card::run(&args, session),
        Command::Add(args) => add::run(args, session),
        Command::List(args) => list::run(args, session),
        Command::Here(args) => here::run(&args, session),
        Command::Show(args) => show::run(args, session),
        Command::Info(args) => info::run(args, session),
        Command::Edit(args) => edit::run(args, session),
        Command::Excerpt(args) => excerpt::run(args, session),
        Command::Tag(args) => tag::run(args, session),
        Command::Share(args) => share::run(args, session),
        Command::Whoknows(args) => whoknows::run(&args, session),
        Command::Sweep(args) => sweep::run(&args, session),
        Command::Due(args) => due::run(&args, session),
        Command::Nudge(args) => nudge::run(&args, session),
        Command::Report(action) => report::run(action, session),
        Command::Protocol(action) => protocol::run(action, session),
        Command::Ledger(action) => ledger::run(action, session),
        Command::Proof(action) => proof::run(action, session),
        Command::Check(args) => check::run(&args, session),
        Command::Explain(args) => explain::run(&args, session),
        Command::Rules(args) => rules::run(&args, session),
        Command::Completions(args) => completions::run(&args, session),
        Command::Man(args) => man::run(&args, session),
        Command::Help(args) => help::run(&args, session),
    }
}
