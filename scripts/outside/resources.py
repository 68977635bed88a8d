"""Drives every resource with the official client. An error of the client, or a value it cannot read, ends it."""

from datetime import datetime, timedelta, timezone

from twilio.base.exceptions import TwilioRestException

from stand_in import ACCOUNT, OFFICE

DESK = "+442079460011"


def refused(status, act):
    """The client must be told no."""
    try:
        act()
    except TwilioRestException as error:
        assert error.status == status, error
        assert error.code, error
        return
    raise AssertionError(f"expected a {status}")


def calls(stand_in, application):
    client = stand_in.client
    application.documents["/voice"] = '<Pause length="600"/>'
    leg = stand_in.dial()
    stand_in.seconds(1)
    call = client.calls(leg).fetch()
    assert (call.sid, call.account_sid, call.to, call.direction) == (leg, ACCOUNT, OFFICE, "inbound"), call
    assert isinstance(call.date_created, datetime) and call.duration is None
    today = datetime.now(timezone.utc)
    assert leg in [one.sid for one in client.calls.list(to=OFFICE, start_time_after=today - timedelta(days=2))]
    assert client.calls.list(status="completed") == []
    application.documents["/other"] = '<Say>Moved.</Say><Pause length="600"/>'
    assert call.update(url=f"{application.url}/other", method="POST").sid == leg
    stand_in.seconds(1)
    refused(400, call.delete)
    ended = call.update(status="completed")
    stand_in.seconds(1)
    ended = client.calls(leg).fetch()
    assert ended.status == "completed" and ended.duration is not None and ended.end_time
    refused(400, lambda: client.calls(leg).update(twiml="<Response/>"))

    stand_in.control("PUT", "phones", {"number": DESK, "behaviour": {"kind": "pick-up", "after_ms": 1000}})
    made = client.calls.create(
        to=DESK,
        from_=OFFICE,
        twiml='<Response><Pause length="60"/></Response>',
        status_callback=f"{application.url}/status",
        status_callback_event=["initiated", "ringing", "answered", "completed"],
    )
    assert made.status == "queued" and made.queue_time is not None
    stand_in.seconds(5)
    assert client.calls(made.sid).fetch().status == "in-progress"
    assert [one.sid for one in client.calls.list(to=DESK)] == [made.sid]
    client.calls(made.sid).update(status="completed")
    stand_in.settle()
    assert client.calls(made.sid).delete()
    refused(404, client.calls(made.sid).fetch)
    waiting = client.calls.create(to=DESK, from_=OFFICE, url=f"{application.url}/voice")
    client.calls(waiting.sid).update(status="canceled")
    refused(400, lambda: client.calls.create(to=DESK, from_="+15005550006", url=f"{application.url}/voice"))
    sids = {one.sid for one in client.calls.stream(page_size=1)}
    assert leg in sids and len(sids) == 2, sids


def queues(stand_in, application):
    client = stand_in.client
    queue = client.queues.create(friendly_name="made by hand", max_size=7)
    assert (queue.max_size, queue.current_size, queue.average_wait_time) == (7, 0, 0)
    refused(400, lambda: client.queues.create(friendly_name="made by hand"))
    assert queue.update(friendly_name="renamed", max_size=9).max_size == 9
    assert client.queues(queue.sid).fetch().friendly_name == "renamed"
    assert client.queues(queue.sid).delete()
    refused(404, client.queues(queue.sid).fetch)

    application.documents["/voice"] = '<Enqueue waitUrl="/wait" action="/left">sales &amp; more</Enqueue>'
    application.documents["/wait"] = '<Pause length="20"/>'
    application.documents["/left"] = "<Hangup/>"
    application.documents["/moved"] = '<Say>Moved.</Say><Pause length="600"/>'
    first, second = stand_in.dial("+447700900101"), stand_in.dial("+447700900102")
    stand_in.seconds(5)
    (queue,) = client.queues.list()
    assert (queue.friendly_name, queue.current_size) == ("sales & more", 2)
    refused(400, client.queues(queue.sid).delete)
    members = client.queues(queue.sid).members
    assert [(one.call_sid, one.position) for one in members.list()] == [(first, 1), (second, 2)]
    member = client.queues(queue.sid).members(second).fetch()
    assert member.wait_time >= 5 and isinstance(member.date_enqueued, datetime)
    url = f"{application.url}/moved"
    assert client.queues(queue.sid).members(second).update(url=url, method="POST").call_sid == second
    refused(400, lambda: client.queues(queue.sid).members(second).update(url=url))
    assert client.queues(queue.sid).members("Front").update(url=url).call_sid == first
    refused(404, lambda: client.queues(queue.sid).members("Front").update(url=url))
    stand_in.settle()
    for leg in (first, second):
        client.calls(leg).update(status="completed")


def conferences(stand_in, application):
    client = stand_in.client
    application.documents["/voice"] = (
        '<Dial><Conference beep="false" statusCallback="/conference" participantLabel="the caller" '
        'statusCallbackEvent="start end join leave mute hold modify announcement">room 1/2</Conference></Dial>'
    )
    application.documents["/announce"] = "<Say>Please hold the line.</Say>"
    leg = stand_in.dial()
    stand_in.seconds(1)
    (room,) = client.conferences.list(friendly_name="room 1/2", status="in-progress")
    assert client.conferences(room.sid).fetch().friendly_name == "room 1/2"
    stand_in.control("PUT", "phones", {"number": DESK, "behaviour": {"kind": "pick-up", "after_ms": 1000}})
    joined = client.conferences(room.sid).participants.create(
        from_=OFFICE, to=DESK, label="desk", early_media=True, end_conference_on_exit=False
    )
    assert joined.status == "queued" and joined.label == "desk" and joined.muted is False
    stand_in.seconds(5)
    participants = client.conferences(room.sid).participants
    assert {one.call_sid for one in participants.list()} == {leg, joined.call_sid}
    desk = client.conferences(room.sid).participants("desk").fetch()
    assert (desk.call_sid, desk.status) == (joined.call_sid, "connected")
    assert client.conferences(room.sid).participants("the caller").fetch().call_sid == leg
    assert desk.update(muted=True).muted is True
    assert [one.label for one in participants.list(muted=True)] == ["desk"]
    held = client.conferences(room.sid).participants(leg).update(hold=True, hold_url=f"{application.url}/announce")
    assert held.hold is True
    assert client.conferences(room.sid).participants(leg).update(hold=False).hold is False
    client.conferences(room.sid).participants(leg).update(announce_url=f"{application.url}/announce")
    client.conferences(room.sid).update(announce_url=f"{application.url}/announce")
    stand_in.seconds(5)
    heard = [entry["what"] for entry in stand_in.control("GET", "timeline") if entry["leg"] == joined.call_sid]
    assert {"heard": {"text": "Please hold the line."}} in heard, heard
    assert client.conferences(room.sid).participants("desk").delete()
    refused(404, client.conferences(room.sid).participants("desk").fetch)
    ended = client.conferences(room.sid).update(status="completed")
    assert ended.status == "completed" and ended.reason_conference_ended == "conference-ended-via-api"
    assert client.conferences(room.sid).recordings.list() == []
    stand_in.settle()
    made = client.conferences("a new room").participants.create(from_=OFFICE, to=DESK)
    stand_in.seconds(5)
    (room,) = client.conferences.list(friendly_name="a new room")
    assert room.sid == made.conference_sid
    client.conferences(room.sid).update(status="completed")
    stand_in.settle()


def recordings(stand_in, application):
    client = stand_in.client
    application.documents["/voice"] = (
        '<Record action="/recorded" timeout="3" recordingStatusCallback="/recording" '
        'recordingStatusCallbackEvent="completed absent"/>'
    )
    application.documents["/recorded"] = '<Pause length="600"/>'
    leg = stand_in.dial()
    stand_in.seconds(30)
    (message,) = client.recordings.list(call_sid=leg)
    assert (message.status, message.source, message.channels, message.duration) == ("completed", "RecordVerb", 1, "8")
    assert client.recordings(message.sid).fetch().sid == message.sid
    live = client.calls(leg).recordings.create(
        recording_status_callback=f"{application.url}/recording",
        recording_status_callback_event=["in-progress", "completed"],
    )
    assert live.status == "in-progress"
    current = client.calls(leg).recordings("Twilio.CURRENT")
    assert current.update(status="paused").status == "paused"
    assert current.update(status="in-progress").status == "in-progress"
    stand_in.seconds(10)
    assert current.update(status="stopped").status == "processing"
    stand_in.seconds(5)
    done = client.calls(leg).recordings(live.sid).fetch()
    assert (done.status, done.source) == ("completed", "StartCallRecordingAPI") and int(done.duration) >= 10
    assert {one.sid for one in client.calls(leg).recordings.list()} == {message.sid, live.sid}
    assert client.calls(leg).recordings(live.sid).delete()
    assert client.recordings(message.sid).delete()
    refused(404, client.recordings(message.sid).fetch)
    assert client.recordings.list() == []
    client.calls(leg).update(status="completed")
    stand_in.settle()


def incoming_phone_numbers(stand_in, application):
    client = stand_in.client
    (number,) = client.incoming_phone_numbers.list(phone_number=OFFICE)
    assert number.voice_url == f"{application.url}/voice" and number.capabilities["voice"] is True
    again = client.incoming_phone_numbers(number.sid)
    assert again.fetch().phone_number == OFFICE
    changed = again.update(
        friendly_name="The office",
        voice_url=f"{application.url}/changed",
        voice_fallback_url=f"{application.url}/fallback",
        status_callback=f"{application.url}/status",
    )
    assert (changed.friendly_name, changed.status_callback) == ("The office", f"{application.url}/status")
    application.documents["/changed"] = "<Say>Changed.</Say>"
    leg = stand_in.dial()
    heard = [entry["what"] for entry in stand_in.control("GET", "timeline") if entry["leg"] == leg]
    assert {"heard": {"text": "Changed."}} in heard, heard
    bought = client.incoming_phone_numbers.create(phone_number="+442079460999", voice_url=f"{application.url}/voice")
    assert len(client.incoming_phone_numbers.list()) == 2
    assert client.incoming_phone_numbers(bought.sid).delete()
    refused(404, client.incoming_phone_numbers(bought.sid).fetch)
    again.update(voice_url=f"{application.url}/voice")
    stand_in.seconds(5)


ALL = [calls, queues, conferences, recordings, incoming_phone_numbers]
