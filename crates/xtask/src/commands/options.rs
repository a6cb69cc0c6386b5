//! Options of the command line: `--name value`, `--name=value` and `--name`.

use crate::failure::{Failure, Outcome};

/// What follows a command's name; every option has to be taken before [`Options::done`].
pub struct Options {
    rest: Vec<String>,
}

impl Options {
    /// All of them.
    pub fn new(arguments: &[String]) -> Self {
        Self {
            rest: arguments.to_vec(),
        }
    }

    /// Takes `--name value` or `--name=value`.
    ///
    /// # Errors
    /// When the value is missing.
    pub fn value(&mut self, name: &str) -> Outcome<Option<String>> {
        let joined = format!("{name}=");
        if let Some(index) = self
            .rest
            .iter()
            .position(|argument| argument.starts_with(&joined))
        {
            return Ok(Some(self.rest.remove(index)[joined.len()..].to_owned()));
        }
        let Some(index) = self.rest.iter().position(|argument| argument == name) else {
            return Ok(None);
        };
        self.rest.remove(index);
        if index < self.rest.len() && !self.rest[index].starts_with("--") {
            return Ok(Some(self.rest.remove(index)));
        }
        Err(Failure::new(format!("{name} needs a value")).advise("see `cargo xtask help`"))
    }

    /// Takes `--name`.
    pub fn flag(&mut self, name: &str) -> bool {
        match self.rest.iter().position(|argument| argument == name) {
            Some(index) => {
                self.rest.remove(index);
                true
            }
            None => false,
        }
    }

    /// Refuses what nobody took.
    ///
    /// # Errors
    /// Names the first argument that means nothing here.
    pub fn done(self) -> Outcome {
        match self.rest.first() {
            None => Ok(()),
            Some(unknown) => Err(Failure::new(format!("`{unknown}` means nothing to this command"))
                .advise("see `cargo xtask help`")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(line: &str) -> Options {
        Options::new(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn takes_values_in_both_forms_and_flags() {
        let mut given = options("--addr 127.0.0.1:1 --data-dir=here --no-demo");
        assert_eq!(given.value("--addr").unwrap().as_deref(), Some("127.0.0.1:1"));
        assert_eq!(given.value("--data-dir").unwrap().as_deref(), Some("here"));
        assert!(given.flag("--no-demo"));
        assert!(!given.flag("--no-demo"));
        assert!(given.done().is_ok());
    }

    #[test]
    fn refuses_a_missing_value_and_what_it_does_not_know() {
        assert!(options("--addr --no-demo").value("--addr").is_err());
        assert!(
            options("--adr x")
                .done()
                .unwrap_err()
                .to_string()
                .contains("`--adr`")
        );
    }
}
