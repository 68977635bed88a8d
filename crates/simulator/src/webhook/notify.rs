//! Notifications: webhooks whose answer nobody waits for.
//!
//! They leave one after the other for each call or conference, so that they arrive in order unless a
//! fault says otherwise.

use super::fate::Fate;
use super::{Webhook, deliver};
use crate::id::LegId;
use crate::judge::What;
use crate::legs::Progress;
use crate::state::State;

/// With `callbacks_shuffled`, the longest a notification is held back, in virtual milliseconds.
const SHUFFLE_MS: u64 = 3_000;

impl State {
    /// Sends a notification, as far as the faults let it.
    pub(crate) fn notify(&mut self, key: &str, hook: Webhook) {
        let Some(hook) = self.weather(hook) else { return };
        let lost = u64::from(self.config.faults.callbacks_lost_percent);
        if lost > 0 && self.dice.below(100) < lost {
            let leg = hook.leg.clone();
            self.note_twilio(leg, What::Lost(deliver::one_line(&hook)));
            return;
        }
        let delay = self.config.faults.callbacks_delay_ms;
        if self.config.faults.callbacks_shuffled {
            let extra = i64::try_from(self.dice.below(SHUFFLE_MS)).unwrap_or_default();
            self.spawn(move |exchange| async move {
                exchange.sleep(delay + extra).await;
                deliver(&exchange, &hook).await;
            });
            return;
        }
        if let Some(line) = self.mail.get_mut(key) {
            line.push_back(hook);
            return;
        }
        self.mail.insert(key.to_owned(), [hook].into());
        let key = key.to_owned();
        self.spawn(move |exchange| async move {
            loop {
                let delay = exchange.peek().config.faults.callbacks_delay_ms;
                exchange.sleep(delay).await;
                let next = {
                    let mut state = exchange.lock();
                    let next = state
                        .mail
                        .get_mut(&key)
                        .and_then(std::collections::VecDeque::pop_front);
                    if next.is_none() {
                        state.mail.remove(&key);
                    }
                    next
                };
                let Some(hook) = next else { return };
                deliver(&exchange, &hook).await;
            }
        });
    }

    /// Does with a notification what the storm does with it; the notification itself when that is nothing.
    fn weather(&mut self, hook: Webhook) -> Option<Webhook> {
        let Some(storm) = self.config.faults.storm.clone() else {
            return Some(hook);
        };
        let name = self.name_of(&hook);
        self.names.told.push(name.clone());
        let delays = match storm.fate(&name) {
            Fate::AsUsual => return Some(hook),
            Fate::Lost => {
                let leg = hook.leg.clone();
                self.note_twilio(leg, What::Lost(deliver::one_line(&hook)));
                return None;
            }
            Fate::Sent(delays) => delays,
        };
        for delay in delays {
            let hook = hook.clone();
            self.spawn(move |exchange| async move {
                exchange.sleep(delay).await;
                deliver(&exchange, &hook).await;
            });
        }
        None
    }

    /// Sends a request about a leg whose answer does not matter, with these parameters besides the standard ones.
    pub(crate) fn notify_about(
        &mut self,
        id: &LegId,
        url: String,
        method: &str,
        more: Vec<(String, String)>,
    ) {
        let mut params = self.standard(id);
        params.extend(more);
        let hook = Webhook {
            leg: Some(id.clone()),
            url,
            method: method.to_owned(),
            params,
        };
        self.notify(id.as_str(), hook);
    }

    /// Requests an action whose answer cannot matter any more. Of the faults of notifications it is subject to the storm
    /// only: nobody would send it again. `over`: the request says that the call is completed.
    pub(crate) fn request_in_vain(
        &mut self,
        id: &LegId,
        url: String,
        method: &str,
        more: Vec<(String, String)>,
        over: bool,
    ) {
        let mut params = self.standard(id);
        if over {
            for (_, value) in params.iter_mut().filter(|(name, _)| name == "CallStatus") {
                "completed".clone_into(value);
            }
        }
        params.extend(more);
        let hook = Webhook {
            leg: Some(id.clone()),
            url,
            method: method.to_owned(),
            params,
        };
        let Some(hook) = self.weather(hook) else { return };
        self.spawn(move |exchange| async move {
            deliver(&exchange, &hook).await;
        });
    }

    /// Tells the progress of a leg to whoever asked for this event.
    pub(crate) fn progress(&mut self, id: &LegId, event: Progress) {
        let Some(callback) = self.leg_mut(id).and_then(|leg| leg.new.callback.as_mut()) else {
            return;
        };
        if !callback.events.contains(&event) {
            return;
        }
        let sequence = callback.sequence;
        callback.sequence += 1;
        let (url, method) = (callback.url.clone(), callback.method.clone());
        let more = self.progress_parameters(id, sequence);
        self.notify_about(id, url, &method, more);
    }
}
