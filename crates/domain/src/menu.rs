//! The menu: which key leads where.

use serde::{Deserialize, Serialize};

use crate::QueueName;

/// Where a key leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MenuChoice {
    /// Into a queue.
    Queue(QueueName),
    /// To leave a message.
    Voicemail,
}

/// What a caller's answer to the menu comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MenuPick {
    /// A key of the menu.
    Choice(MenuChoice),
    /// The queue they would have joined keeps other hours than the office, and is closed.
    Closed,
    /// No key, or one that the menu does not have.
    Nothing,
}

/// The keys of one menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Menu {
    /// Key and where it leads.
    pub choices: Vec<(char, MenuChoice)>,
}

impl Menu {
    /// What these digits mean. Only the first counts, as the menu asks for one.
    pub fn pick(&self, digits: Option<&str>) -> MenuPick {
        let key = digits.and_then(|d| d.chars().next());
        self.choices
            .iter()
            .find(|(k, _)| Some(*k) == key)
            .map_or(MenuPick::Nothing, |(_, choice)| MenuPick::Choice(choice.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_lead_where_the_menu_says_and_others_nowhere() {
        let sales = MenuChoice::Queue(QueueName::new("sales").expect("name"));
        let menu = Menu {
            choices: vec![('1', sales.clone()), ('9', MenuChoice::Voicemail)],
        };
        assert_eq!(menu.pick(Some("1")), MenuPick::Choice(sales));
        assert_eq!(menu.pick(Some("9#")), MenuPick::Choice(MenuChoice::Voicemail));
        for nothing in [None, Some(""), Some("5"), Some("#"), Some("🦀")] {
            assert_eq!(menu.pick(nothing), MenuPick::Nothing, "{nothing:?}");
        }
    }
}
