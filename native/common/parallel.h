// All cores for one loop. The threads belong to the process, are made on first use and never joined: an exiting
// process must not wait for them, and they hold nothing that an exit would lose.
#pragma once

#include <functional>

namespace brrr {

/// Number of workers a parallel_for uses (the calling thread included): the machine's cores unless set_worker_count.
int worker_count();
/// Limits the workers (1 = the calling thread alone). Results never depend on it.
void set_worker_count(int count);

/// Runs body(item, worker) for each item in [0, count), 0 <= worker < worker_count(), and returns when all are done.
/// The first exception thrown by a body stops the remaining items and is rethrown here. May be called from several
/// threads at once and from within a body (then it runs on the calling thread alone).
void parallel_for(int count, const std::function<void(int item, int worker)>& body);

}  // namespace brrr
