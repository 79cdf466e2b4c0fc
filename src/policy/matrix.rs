//! Need to know: which role may get which kind for which purpose. The standard [`Matrix`] is one data file, `matrix.toml`;
//! a practice's protocol may replace a role's [`Row`]s. Must not know consents, recipients or records.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::practice::need::Row;
use crate::practice::need::RowError;
use crate::practice::need::Words;
use crate::practice::need::WrittenRow;
use crate::vocabulary::Purpose;
use crate::vocabulary::RecordKind;
use crate::vocabulary::Role;
use crate::vocabulary::WordError;

/// The standard matrix, as it is compiled in.
const STANDARD: &str = include_str!("matrix.toml");

/// Why a text is no matrix.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MatrixError {
    /// It is not TOML, or has a field that is not known, or lacks one.
    #[error("the matrix does not read: {reason}")]
    Toml {
        /// The parser's words.
        reason: String,
    },
    /// A role that is none.
    #[error(transparent)]
    Role(#[from] WordError),
    /// A role of which nothing is said. Whether a consent opens the matrix for it must never be a default.
    #[error("the matrix does not say whether a consent opens it for {role}")]
    RoleMissing {
        /// The role.
        role: Role,
    },
    /// A row that is none.
    #[error("row {number} of the matrix: {error}")]
    Row {
        /// Which, counted from 1.
        number: usize,
        /// Why.
        error: RowError,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    consent_opens: BTreeMap<String, bool>,
    row: Vec<WrittenRow>,
}

/// What each role may get.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matrix {
    /// The roles for which a consent that names person and kind opens the matrix.
    opened_by_consent: Vec<Role>,
    rows: Vec<Row>,
}

/// One line of the matrix for people to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Who.
    pub role: Role,
    /// Which kinds, `none` for a role without rows.
    pub kinds: String,
    /// What for; empty where the kinds are `none`.
    pub purposes: String,
    /// In what form; empty where the kinds are `none`.
    pub form: &'static str,
    /// Whether a consent that names the person and the kind opens more.
    pub consent_opens: bool,
}

impl Matrix {
    /// The matrix of a practice that has said nothing else.
    pub fn standard() -> &'static Self {
        static MATRIX: LazyLock<Matrix> =
            LazyLock::new(|| Matrix::parse(STANDARD).expect("the text is compiled in, and a test parses it"));
        &MATRIX
    }

    /// Reads a matrix, strictly: every role has its `consent_opens` once, and no word or field is unknown.
    pub fn parse(text: &str) -> Result<Self, MatrixError> {
        let written: Written =
            toml::from_str(text).map_err(|error| MatrixError::Toml { reason: error.message().to_owned() })?;
        let mut said = Vec::with_capacity(written.consent_opens.len());
        for (role, opens) in &written.consent_opens {
            said.push((role.parse::<Role>()?, *opens));
        }
        if let Some(role) = Role::ALL.iter().find(|role| !said.iter().any(|(named, _)| named == *role)) {
            return Err(MatrixError::RoleMissing { role: *role });
        }
        let mut rows = Vec::with_capacity(written.row.len());
        for (index, written) in written.row.into_iter().enumerate() {
            let row = Row::try_from(written).map_err(|error| MatrixError::Row { number: index + 1, error })?;
            rows.push(row);
        }
        let opened_by_consent = said.into_iter().filter(|(_, opens)| *opens).map(|(role, _)| role).collect();
        Ok(Self { opened_by_consent, rows })
    }

    /// This matrix with a practice's own `rows`: a role that has any loses those it had here, and a row of no kinds
    /// leaves it nothing. Which roles a consent opens the matrix for is no practice's choice.
    pub fn with(&self, rows: &[Row]) -> Self {
        let kept = self.rows.iter().filter(|row| !rows.iter().any(|own| own.role == row.role));
        Self { opened_by_consent: self.opened_by_consent.clone(), rows: kept.chain(rows).cloned().collect() }
    }

    /// Whether `role` may get a record of `kind` for `purpose`, in this form.
    pub fn allows(
        &self,
        role: Role,
        kind: RecordKind,
        purpose: Purpose,
        is_excerpt: bool,
        is_de_identified: bool,
    ) -> bool {
        self.rows_of(role).any(|row| row.allows(kind, purpose, is_excerpt, is_de_identified))
    }

    /// Whether a consent that names the person and the kind opens the matrix for `role`.
    pub fn consent_opens(&self, role: Role) -> bool {
        self.opened_by_consent.contains(&role)
    }

    /// The rows of `role`; any one of them is enough.
    pub fn rows_of(&self, role: Role) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(move |row| row.role == role)
    }

    /// The whole matrix for drawing a table, by role: a line for each row, and one for each role that has none.
    pub fn lines(&self) -> Vec<Line> {
        Role::ALL.iter().flat_map(|role| self.lines_of(*role)).collect()
    }

    fn lines_of(&self, role: Role) -> Vec<Line> {
        let consent_opens = self.consent_opens(role);
        let lines: Vec<Line> = self
            .rows_of(role)
            .filter(|row| row.kinds != Words::These(Vec::new()))
            .map(|row| Line {
                role,
                kinds: row.kinds.to_string(),
                purposes: row.purposes.to_string(),
                form: row.form(),
                consent_opens,
            })
            .collect();
        if lines.is_empty() {
            return vec![Line { role, kinds: "none".to_owned(), purposes: String::new(), form: "", consent_opens }];
        }
        lines
    }
}
