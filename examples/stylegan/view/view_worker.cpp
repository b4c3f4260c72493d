// SPDX-License-Identifier: Apache-2.0
#include "view/view_worker.hpp"

#include <algorithm>
#include <utility>

namespace stylegan::examples {

ViewWorker::ViewWorker(ViewedNetwork& network, const ViewOptions& o)
    : network_(network), perceptual_options_(o.perceptual), thread_([this] { work(); }) {}

ViewWorker::~ViewWorker() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        for (const auto& task : tasks_) {
            task->error = std::make_exception_ptr(Error("the program ends"));
            task->done = true;
        }
        tasks_.clear();
    }
    changed_.notify_all();
    thread_.join();
}

void ViewWorker::wait_for(const std::shared_ptr<Task>& task) {
    std::unique_lock lock(mutex_);
    if (stopping_) throw Error("the program ends");
    const auto older = std::find_if(tasks_.begin(), tasks_.end(),
                                    [&](const auto& t) { return !task->client.empty() && t->client == task->client; });
    if (older != tasks_.end()) {
        (*older)->overtaken = (*older)->done = true;
        *older = task;  // in its place, so that clients take turns
    } else {
        tasks_.push_back(task);
    }
    changed_.notify_all();
    changed_.wait(lock, [&] { return task->done; });
    if (task->error) std::rethrow_exception(task->error);
}

std::optional<Image> ViewWorker::draw(const std::string& client, const ViewState& state) {
    std::optional<Image> picture;
    const auto task = std::make_shared<Task>();
    task->client = client;
    task->work = [&] { picture = network_.draw(state); };
    wait_for(task);
    return picture;
}

void ViewWorker::run(const std::function<void(ViewedNetwork&)>& work) {
    const auto task = std::make_shared<Task>();
    task->work = [&] { work(network_); };
    wait_for(task);
}

ProjectionStatus ViewWorker::project(const Image& target, LatentSpace space, int steps) {
    run([&](ViewedNetwork& network) {
        auto& generator = network.drawing().generator();
        if (!perceptual_) perceptual_ = generator.perceptual(perceptual_options_);
        if (!sampled_) sampled_ = generator.sampled_w(10000);
        job_ = std::make_unique<ProjectionJob>(generator, *perceptual_->lpips, *sampled_, target, space, steps);
        const std::lock_guard lock(mutex_);
        status_ = {.w = text('p', ++projections_), .running = true, .total = job_->total(), .error = {}};
        network.keep_w(status_.w, job_->w());
    });
    return projection();
}

void ViewWorker::cancel_projection() {
    run([&](ViewedNetwork&) {
        job_.reset();
        const std::lock_guard lock(mutex_);
        status_.running = false;
    });
}

ProjectionStatus ViewWorker::projection() const {
    const std::lock_guard lock(mutex_);
    return status_;
}

void ViewWorker::step_projection() {
    ProjectionStatus now = projection();
    try {
        job_->step();
        now.step = job_->done();
        now.running = !job_->finished();
        if (now.step % 25 == 0 || !now.running) now.distance = job_->distance();
        network_.keep_w(now.w, job_->w());
    } catch (const std::exception& error) {
        now.error = error.what();
        now.running = false;
    }
    if (!now.running) job_.reset();
    const std::lock_guard lock(mutex_);
    status_ = now;
}

void ViewWorker::work() {
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [&] { return stopping_ || !tasks_.empty() || job_; });
        if (stopping_) return;
        if (tasks_.empty()) {
            lock.unlock();
            step_projection();
            lock.lock();
            continue;
        }
        const std::shared_ptr<Task> task = tasks_.front();
        tasks_.pop_front();
        lock.unlock();
        try {
            task->work();
        } catch (...) {
            task->error = std::current_exception();
        }
        lock.lock();
        task->done = true;
        changed_.notify_all();
    }
}

}  // namespace stylegan::examples
