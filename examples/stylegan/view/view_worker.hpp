// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "view/projection_job.hpp"
#include "view/viewed_network.hpp"

#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace stylegan::examples {

/// How a projection stands.
struct ProjectionStatus {
    std::string w;  ///< the name of its w for states; empty: there was none
    bool running = false;
    int step = 0, total = 0;
    double distance = 0;  ///< of the last w; 0 before it is known
    std::string error;
};

/// The one thread that uses the network. Pictures come first; a projection goes on while there are none to draw.
class ViewWorker {
public:
    /// @param network  must outlive this object
    ViewWorker(ViewedNetwork& network, const ViewOptions& o);
    /// Ends the thread. Who waits gets an error.
    ~ViewWorker();
    ViewWorker(const ViewWorker&) = delete;
    ViewWorker& operator=(const ViewWorker&) = delete;

    /// Draws a state; waits for it. If the same client asks for another picture before this one is begun, the newer
    /// one wins, and nothing is returned.
    /// @throws what drawing throws
    [[nodiscard]] std::optional<Image> draw(const std::string& client, const ViewState& state);

    /// Runs `work` between two pictures; waits for it. @throws what it throws
    void run(const std::function<void(ViewedNetwork&)>& work);

    /// Starts a projection in place of the one that runs. @return its first status
    ProjectionStatus project(const Image& target, LatentSpace space, int steps);
    void cancel_projection();
    [[nodiscard]] ProjectionStatus projection() const;

private:
    /// Something to do; done once.
    struct Task {
        std::function<void()> work;
        std::string client;  // of a picture; empty otherwise
        bool overtaken = false, done = false;
        std::exception_ptr error;
    };

    void wait_for(const std::shared_ptr<Task>& task);
    void work();
    void step_projection();

    ViewedNetwork& network_;
    PerceptualOptions perceptual_options_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::shared_ptr<Task>> tasks_;
    bool stopping_ = false;
    ProjectionStatus status_;
    int projections_ = 0;

    // of the thread alone
    std::optional<PerceptualNetwork> perceptual_;
    std::optional<SampledW<float>> sampled_;
    std::unique_ptr<ProjectionJob> job_;
    std::thread thread_;
};

}  // namespace stylegan::examples
