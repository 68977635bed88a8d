//! What is different for callers of some of the office's numbers.

use std::time::Duration;

use switchboard_domain::PhoneNumber;

use super::office::{Menu, MenuChoice, Office};
use crate::settings::read::section;

section! {
    /// `lines.NAME`: another greeting, language, voice or menu for some of the office's numbers. What is left out is
    /// as in `office` and `menu`. Their hours stand in `schedules`.
    pub Line {
        /// Numbers of `office.numbers`.
        numbers: Vec<PhoneNumber>,
        /// As callers of these numbers should hear it.
        name: Option<String>,
        /// The language of the texts. In another language than the office's every text must be written here.
        language: Option<String>,
        /// The voice that reads them.
        voice: Option<String>,
        /// As in `office`.
        greeting: Option<String>,
        /// As in `office`.
        closed_message: Option<String>,
        /// As in `office`.
        holiday_message: Option<String>,
        /// As in `office`; in another language than the office's nothing is said when it is left out.
        reopens_message: Option<String>,
        /// As in `office`; in another language than the office's they must be written for `{opens}` to be said.
        opens_today: Option<String>,
        /// As in `office`.
        opens_tomorrow: Option<String>,
        /// As in `office`.
        opens_this_week: Option<String>,
        /// As in `office`.
        opens_later: Option<String>,
        /// As in `office`.
        queue_message: Option<String>,
        /// As in `office`; in another language than the office's `queue_message` is said when it is left out.
        nobody_message: Option<String>,
        /// As in `office`.
        hold_message: Option<String>,
        /// As in `office`.
        position_message: Option<String>,
        /// As in `office`.
        next_message: Option<String>,
        /// As in `office`.
        estimate_message: Option<String>,
        /// As in `office`.
        estimate_minute_message: Option<String>,
        /// As in `office`.
        message_offer: Option<String>,
        /// As in `office`.
        voicemail_message: Option<String>,
        /// As in `office`; in another language, left out, `voicemail_message` is said.
        limit_message: Option<String>,
        /// As in `office`.
        recorded_message: Option<String>,
        /// As in `office`.
        not_understood_message: Option<String>,
        /// As in `office`.
        sorry_message: Option<String>,
        /// As in `office`.
        goodbye_message: Option<String>,
        /// What callers of these numbers choose from.
        menu: Option<LineMenu>,
    }
}

section! {
    /// `lines.NAME.menu`: as `menu`, where it differs.
    pub LineMenu {
        /// Read to the caller.
        prompt: Option<String>,
        /// The keys.
        choices: Option<Vec<MenuChoice>>,
        /// The queue of a caller who chooses nothing.
        default_queue: Option<String>,
        /// How often the prompt is read.
        attempts: Option<u8>,
        /// How long the caller has each time.
        timeout: Option<Duration>,
    }
}

impl Line {
    /// What callers may hear, by name.
    pub fn texts(&self) -> [(&'static str, Option<&String>); 22] {
        [
            ("greeting", self.greeting.as_ref()),
            ("closed_message", self.closed_message.as_ref()),
            ("holiday_message", self.holiday_message.as_ref()),
            ("reopens_message", self.reopens_message.as_ref()),
            ("opens_today", self.opens_today.as_ref()),
            ("opens_tomorrow", self.opens_tomorrow.as_ref()),
            ("opens_this_week", self.opens_this_week.as_ref()),
            ("opens_later", self.opens_later.as_ref()),
            ("queue_message", self.queue_message.as_ref()),
            ("nobody_message", self.nobody_message.as_ref()),
            ("hold_message", self.hold_message.as_ref()),
            ("position_message", self.position_message.as_ref()),
            ("next_message", self.next_message.as_ref()),
            ("estimate_message", self.estimate_message.as_ref()),
            ("estimate_minute_message", self.estimate_minute_message.as_ref()),
            ("message_offer", self.message_offer.as_ref()),
            ("voicemail_message", self.voicemail_message.as_ref()),
            ("limit_message", self.limit_message.as_ref()),
            ("recorded_message", self.recorded_message.as_ref()),
            ("not_understood_message", self.not_understood_message.as_ref()),
            ("sorry_message", self.sorry_message.as_ref()),
            ("goodbye_message", self.goodbye_message.as_ref()),
        ]
    }

    /// Whether it speaks another language than the office, whatever the country: `en-GB` and `en-US` are one.
    pub fn is_foreign(&self, office: &Office) -> bool {
        let language = |tag: &str| tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
        self.language
            .as_ref()
            .is_some_and(|own| language(own) != language(&office.language))
    }

    /// The office as callers of these numbers know it.
    #[must_use]
    pub fn office(&self, office: &Office) -> Office {
        let or = |own: &Option<String>, inherited: &String| own.as_ref().unwrap_or(inherited).clone();
        // The time of opening is not said in another language than the rest.
        let foreign = self.is_foreign(office);
        let opens = |own: &Option<String>, inherited: &String| match own {
            None if foreign => String::new(),
            own => or(own, inherited),
        };
        Office {
            name: or(&self.name, &office.name),
            language: or(&self.language, &office.language),
            voice: or(&self.voice, &office.voice),
            greeting: or(&self.greeting, &office.greeting),
            closed_message: or(&self.closed_message, &office.closed_message),
            holiday_message: or(&self.holiday_message, &office.holiday_message),
            reopens_message: opens(&self.reopens_message, &office.reopens_message),
            opens_today: opens(&self.opens_today, &office.opens_today),
            opens_tomorrow: opens(&self.opens_tomorrow, &office.opens_tomorrow),
            opens_this_week: opens(&self.opens_this_week, &office.opens_this_week),
            opens_later: opens(&self.opens_later, &office.opens_later),
            queue_message: or(&self.queue_message, &office.queue_message),
            nobody_message: opens(&self.nobody_message, &office.nobody_message),
            hold_message: or(&self.hold_message, &office.hold_message),
            position_message: or(&self.position_message, &office.position_message),
            next_message: or(&self.next_message, &office.next_message),
            estimate_message: or(&self.estimate_message, &office.estimate_message),
            estimate_minute_message: or(&self.estimate_minute_message, &office.estimate_minute_message),
            message_offer: or(&self.message_offer, &office.message_offer),
            voicemail_message: or(&self.voicemail_message, &office.voicemail_message),
            // What is there in the right language, where this is not.
            limit_message: match (&self.limit_message, &self.voicemail_message) {
                (None, Some(message)) if foreign => message.clone(),
                (own, _) => or(own, &office.limit_message),
            },
            recorded_message: or(&self.recorded_message, &office.recorded_message),
            not_understood_message: or(&self.not_understood_message, &office.not_understood_message),
            sorry_message: or(&self.sorry_message, &office.sorry_message),
            goodbye_message: or(&self.goodbye_message, &office.goodbye_message),
            ..office.clone()
        }
    }

    /// The menu of these numbers.
    #[must_use]
    pub fn menu(&self, menu: &Menu) -> Menu {
        let Some(own) = &self.menu else {
            return menu.clone();
        };
        let LineMenu {
            prompt,
            choices,
            default_queue,
            attempts,
            timeout,
        } = own.clone();
        Menu {
            prompt: prompt.unwrap_or_else(|| menu.prompt.clone()),
            choices: choices.unwrap_or_else(|| menu.choices.clone()),
            default_queue: default_queue.unwrap_or_else(|| menu.default_queue.clone()),
            attempts: attempts.unwrap_or(menu.attempts),
            timeout: timeout.unwrap_or(menu.timeout),
        }
    }
}
