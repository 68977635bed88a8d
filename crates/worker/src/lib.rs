//! The job handlers: caller lookup, and everything a call asks of Twilio.
