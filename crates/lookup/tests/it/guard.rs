//! Cache, single flight, limit and breaker.

use std::{sync::Arc, time::Duration};

use futures::future::join_all;
use switchboard_lookup::{Answer, BreakerPolicy, Fate, Source, SourceError};
use tokio::sync::Semaphore;

use crate::{
    AMPLE, NUMBER, certain, config,
    crm::{Behaviour, Crm, json, status},
    named,
};

const ADA: &str = r#"{"people":[{"given":"Ada"}]}"#;

fn number(n: usize) -> String {
    format!("+4420794600{n:02}")
}

#[actix_web::test]
async fn callers_of_one_number_share_one_question() {
    let gate = Arc::new(Semaphore::new(0));
    let crm = Crm::start(Behaviour::Gated(gate.clone(), ADA.into()));
    let source = config(&crm.url).build("lookup").unwrap();
    let all = join_all((0..20).map(|_| source.look_up(NUMBER, AMPLE)));
    let open = async {
        crm.reached(1).await;
        // More than one question would pass the gate.
        gate.add_permits(20);
    };
    let (answers, ()) = futures::join!(all, open);
    assert!(
        answers
            .into_iter()
            .all(|answer| answer.unwrap() == certain(named("Ada")))
    );
    assert_eq!(crm.hits(), 1);
    source.look_up(NUMBER, AMPLE).await.unwrap();
    assert_eq!(crm.hits(), 1);
    crm.stop().await;
}

#[actix_web::test]
async fn who_shares_a_question_keeps_their_own_deadline() {
    let gate = Arc::new(Semaphore::new(0));
    let crm = Crm::start(Behaviour::Gated(gate.clone(), ADA.into()));
    let source = config(&crm.url).build("lookup").unwrap();
    let patient = source.look_up(NUMBER, AMPLE);
    let hasty = async {
        crm.reached(1).await;
        let answer = source.look_up(NUMBER, Duration::from_millis(20)).await;
        gate.add_permits(1);
        answer
    };
    let (patient, hasty) = futures::join!(patient, hasty);
    assert_eq!(patient.unwrap(), certain(named("Ada")));
    assert!(matches!(hasty, Err(SourceError::TimedOut)));
    assert_eq!(crm.hits(), 1);
    crm.stop().await;
}

#[actix_web::test]
async fn who_goes_away_while_asking_hands_the_question_on() {
    let gate = Arc::new(Semaphore::new(0));
    let crm = Crm::start(Behaviour::Gated(gate.clone(), ADA.into()));
    let source = config(&crm.url).build("lookup").unwrap();
    let mut leader = Box::pin(source.look_up(NUMBER, AMPLE));
    let follower = source.look_up(NUMBER, AMPLE);
    let leave = async move {
        tokio::select! {
            answer = &mut leader => panic!("{answer:?}"),
            () = crm.reached(1) => {}
        }
        drop(leader);
        crm.reached(2).await;
        gate.add_permits(2);
        crm
    };
    let (crm, answer) = futures::join!(leave, follower);
    assert_eq!(answer.unwrap(), certain(named("Ada")));
    crm.stop().await;
}

#[actix_web::test]
async fn found_and_not_found_are_kept_for_their_own_time() {
    let crm = Crm::start(json(r#"{"people":[]}"#));
    let mut config = config(&crm.url);
    config.limits.not_found_for = Duration::from_millis(50);
    let source = config.build("lookup").unwrap();
    assert_eq!(source.look_up(NUMBER, AMPLE).await.unwrap(), Answer::NotFound);
    crm.now(json(ADA));
    while source.look_up(NUMBER, AMPLE).await.unwrap() == Answer::NotFound {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(crm.hits(), 2);
    crm.now(json(r#"{"people":[]}"#));
    assert_eq!(
        source.look_up(NUMBER, AMPLE).await.unwrap(),
        certain(named("Ada"))
    );
    assert_eq!(crm.hits(), 2);
    crm.stop().await;
}

#[actix_web::test]
async fn failures_are_not_kept() {
    let crm = Crm::start(status(500));
    let source = config(&crm.url).build("lookup").unwrap();
    assert!(matches!(
        source.look_up(NUMBER, AMPLE).await,
        Err(SourceError::Failed { status: 500 })
    ));
    crm.now(json(ADA));
    assert_eq!(
        source.look_up(NUMBER, AMPLE).await.unwrap(),
        certain(named("Ada"))
    );
    crm.stop().await;
}

#[actix_web::test]
async fn only_so_many_questions_are_in_flight() {
    let gate = Arc::new(Semaphore::new(0));
    let crm = Crm::start(Behaviour::Gated(gate.clone(), ADA.into()));
    let mut config = config(&crm.url);
    config.limits.in_flight = 3;
    let source = config.build("lookup").unwrap();
    let numbers: Vec<String> = (0..9).map(number).collect();
    let all = join_all(numbers.iter().map(|number| source.look_up(number, AMPLE)));
    let watch = async {
        for done in 0..9 {
            crm.reached(usize::min(done + 3, 9)).await;
            assert!(
                crm.hits() <= done + 3,
                "{} asked after {done} answers",
                crm.hits()
            );
            gate.add_permits(1);
        }
    };
    let (answers, ()) = futures::join!(all, watch);
    assert!(answers.iter().all(Result::is_ok));
    crm.stop().await;
}

#[actix_web::test]
async fn waiting_for_a_place_is_part_of_the_deadline() {
    let crm = Crm::start(Behaviour::Hangs);
    let mut config = config(&crm.url);
    config.limits.in_flight = 1;
    let source = config.build("lookup").unwrap();
    let mut first = Box::pin(source.look_up(NUMBER, AMPLE));
    tokio::select! {
        answer = &mut first => panic!("{answer:?}"),
        () = crm.reached(1) => {}
    }
    let second = source.look_up(&number(2), Duration::from_millis(30)).await;
    assert!(matches!(second, Err(SourceError::TimedOut)));
    assert_eq!(crm.hits(), 1);
    drop(first);
    crm.stop().await;
}

#[actix_web::test]
async fn the_breaker_opens_and_recovers() {
    let crm = Crm::start(status(503));
    let mut config = config(&crm.url);
    config.limits.breaker = BreakerPolicy {
        failures: 3,
        open_for: Duration::from_millis(300),
    };
    let source = config.build("lookup").unwrap();
    for n in 0..3 {
        assert!(matches!(
            source.look_up(&number(n), AMPLE).await,
            Err(SourceError::Failed { .. })
        ));
    }
    let error = source.look_up(&number(3), AMPLE).await.unwrap_err();
    let (SourceError::Resting { wait }, Fate::RetryAfter(after)) = (&error, error.fate()) else {
        panic!("{error:?}")
    };
    assert!(*wait == after && after <= Duration::from_millis(500));
    assert_eq!((error.public(), crm.hits()), ("did not answer", 3));

    // The trial fails: one question, and another rest.
    tokio::time::sleep(after).await;
    while crm.hits() == 3 {
        source.look_up(&number(4), AMPLE).await.unwrap_err();
    }
    let error = source.look_up(&number(5), AMPLE).await.unwrap_err();
    assert!(matches!(error, SourceError::Resting { .. }), "{error:?}");
    assert_eq!(crm.hits(), 4);

    // The trial succeeds: all pass again.
    crm.now(json(ADA));
    while source.look_up(&number(6), AMPLE).await.is_err() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    for n in 7..12 {
        source.look_up(&number(n), AMPLE).await.unwrap();
    }
    assert_eq!(crm.hits(), 10);
    crm.stop().await;
}

#[actix_web::test]
async fn one_trial_at_a_time_and_a_lost_one_does_not_block_the_next() {
    let crm = Crm::start(status(503));
    let mut config = config(&crm.url);
    config.limits.breaker = BreakerPolicy {
        failures: 1,
        open_for: Duration::from_millis(40),
    };
    let source = config.build("lookup").unwrap();
    source.look_up(NUMBER, AMPLE).await.unwrap_err();
    crm.now(Behaviour::Hangs);
    // Repeats until the rest is over and the trial hangs.
    let (one, two, three) = (number(1), number(2), number(3));
    let mut trial = Box::pin(async {
        loop {
            let result = source.look_up(&one, AMPLE).await;
            assert!(matches!(result, Err(SourceError::Resting { .. })), "{result:?}");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    });
    tokio::select! {
        () = &mut trial => {}
        () = crm.reached(2) => {}
    }
    assert!(matches!(
        source.look_up(&two, AMPLE).await,
        Err(SourceError::Resting { .. })
    ));
    assert_eq!(crm.hits(), 2);
    drop(trial);
    crm.now(json(ADA));
    while source.look_up(&three, AMPLE).await.is_err() {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    assert_eq!(crm.hits(), 3);
    crm.stop().await;
}

#[actix_web::test]
async fn refusals_nonsense_and_bad_numbers_do_not_open_the_breaker() {
    let crm = Crm::start(status(403));
    let mut config = config(&crm.url);
    config.limits.breaker.failures = 2;
    let source = config.build("lookup").unwrap();
    for n in 0..5 {
        crm.now(if n % 2 == 0 { status(403) } else { json("nonsense") });
        let error = source.look_up(&number(n), AMPLE).await.unwrap_err();
        assert_eq!(error.fate(), Fate::GiveUp);
        assert!(matches!(
            source.look_up("nobody", AMPLE).await,
            Err(SourceError::BadNumber)
        ));
    }
    assert_eq!(crm.hits(), 5);
    // Nor does a bad number pass for a sign of life.
    crm.now(status(500));
    source.look_up(&number(6), AMPLE).await.unwrap_err();
    source.look_up("nobody", AMPLE).await.unwrap_err();
    source.look_up(&number(7), AMPLE).await.unwrap_err();
    assert!(matches!(
        source.look_up(&number(8), AMPLE).await,
        Err(SourceError::Resting { .. })
    ));
    crm.stop().await;
}
