//! Sentences that labs say: plain words with figures set apart.

/// A piece of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phrase {
    Text(String),
    /// Numbers as the algorithm compared them, set like code.
    Figure(String),
}

/// A sentence or two.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words(pub Vec<Phrase>);

impl Words {
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.0.push(Phrase::Text(text.into()));
        self
    }

    pub fn figure(mut self, figure: impl Into<String>) -> Self {
        self.0.push(Phrase::Figure(figure.into()));
        self
    }

    /// Without the difference, for a screen reader and for tests.
    pub fn plain(&self) -> String {
        self.0
            .iter()
            .map(|phrase| match phrase {
                Phrase::Text(text) | Phrase::Figure(text) => text.as_str(),
            })
            .collect()
    }
}
