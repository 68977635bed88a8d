//! The queue against a real Redis, one private server a test.
//!
//! What apalis' own Redis storage does, measured by `cargo xtask stock-faults`, and the test that ours does not:
//!
//! | stock | ours |
//! | --- | --- |
//! | an idle worker looks at the next heartbeat | `pickup::an_idle_worker_starts_a_job_by_wake_up` |
//! | a stall of Redis makes it deaf | `deaf::a_stalled_redis_makes_nobody_deaf` |
//! | more than 8,000 due jobs jam the queue | `cost::ten_thousand_due_at_once_jam_nothing` |
//! | jobs run up to a second early | `pickup::due_jobs_start_after_their_time_and_soon` |
//! | idempotency keys do nothing by default | `pushing::an_idempotency_key_works_once_even_after_the_job_is_done`, `pushing::a_batch_is_pushed_whole_or_not_at_all` |
//! | a job's own limit of attempts is ignored | `failures::a_job_that_always_fails_dies_after_its_limit` |
//! | orphans return late and uncounted, a name is refused | `failures::crashes_count_as_attempts_until_the_job_is_dead` |
//! | any error of Redis ends the worker | `outage::a_killed_redis_loses_nothing_and_the_worker_goes_on` |
//! | finished jobs stay | `counting::finished_jobs_leave_counters_and_a_capped_list` |
//! | taking a lease walks the waiting list | `cost::the_cost_of_a_job_does_not_grow_with_the_backlog` |
//! | a queue is named after a Rust type | `deploys::old_and_new_read_each_other_and_a_types_name_means_nothing` |
//! | many commands a job | `cost::the_cost_of_a_job_does_not_grow_with_the_backlog` |
//!
//! What apalis makes easy to get wrong for whoever writes a backend:
//!
//! | trap | test |
//! | --- | --- |
//! | an error of the backend drops every running handler | `outage::a_killed_redis_loses_nothing_and_the_worker_goes_on` |
//! | concurrency is unbounded | `pickup::no_more_run_than_the_concurrency_allows` |
//! | one undecodable payload ends the worker | `letters::what_nobody_can_read_is_buried_and_the_worker_goes_on` |
//! | a handler that blocks stops renewals and neighbours | `pickup::a_blocking_handler_holds_up_nobody` |
//! | a busy worker sits on fetched jobs | `pickup::what_lies_too_long_in_a_buffer_is_given_back` |
//! | a number as id becomes another id | `apart::an_id_that_looks_like_a_number_is_an_id` |
//! | wake-ups are missed while nobody listens | `deaf::a_subscription_that_is_cut_is_made_again` |
//! | a fetch whose answer is lost has leased jobs | `outage::a_lost_answer_costs_no_attempt` |
//! | a panic is final, or ends the worker | `failures::a_panic_is_one_failed_attempt_and_the_worker_goes_on` |
//! | a zombie acknowledges, or goes on | `fencing::a_zombie_cannot_acknowledge`, `fencing::a_handler_whose_lease_is_lost_is_dropped` |
//! | a worker fetches the job that it still runs | `fencing::a_worker_that_fetches_its_own_job_ends_the_old_run_first` |
//! | after an outage every lease looks expired | `outage::a_killed_redis_loses_nothing_and_the_worker_goes_on` |
//! | unstarted jobs stay leased while others end | `shutdown::unstarted_jobs_go_back_uncounted_and_running_ones_finish` |
//! | a hand-back gives the same token out twice | `model::the_scripts_do_as_the_model_says` |
//! | stopping waits for a Redis that is away | `deaf::a_worker_stops_in_time_although_redis_takes_no_acknowledgement` |
//! | an error in a batch settles the rest twice | `apart::an_error_in_the_middle_of_a_batch_is_its_own` |
//! | Redis forgets scripts and connections | `deaf::every_connection_may_be_cut_and_every_script_forgotten` |
//! | a refused handshake is remembered | `deaf::a_refused_handshake_is_not_remembered` |

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test may fail where it stands"
)]
#![expect(
    clippy::disallowed_methods,
    reason = "tests own their tasks and read the real clock"
)]

mod apart;
mod clock;
mod cost;
mod counting;
mod deaf;
mod deploys;
mod failures;
mod fencing;
mod letters;
mod model;
mod operator;
mod outage;
mod pickup;
mod priority;
mod proxy;
mod pushing;
mod redis;
mod shutdown;
mod support;
mod tracing;
