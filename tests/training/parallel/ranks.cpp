// SPDX-License-Identifier: Apache-2.0
#include "device/thread_ranks.hpp"
#include "training/training_case.hpp"

#include <stylegan/training/parallel/require_equal_ranks.hpp>

#include <map>
#include <mutex>
#include <string>

BOOST_AUTO_TEST_SUITE(ranks)

using namespace training_test;

namespace {

/// Growing, labels, style mixing, R1 by itself, augmentation: 20 steps.
struct Run {
    Architecture a = tiny(3);
    TrainingOptions o = few_steps(16);

    Run() {
        a.label_size = 3;
        o.shards = 4;
        o.repeats = 2;
        o.schedule.growing = true;
        o.schedule.first_height = 4;
        o.schedule.lod_kimg = o.schedule.fade_kimg = 0.064;
        o.reg_interval = 3;
        o.augment.mode = AugmentMode::adaptive;
        o.augment.p = 0.4;
        o.augment.control.interval = 2;
    }

    [[nodiscard]] std::unique_ptr<Trainer<Cpu>> trainer(std::uint64_t seed = 5) const {
        TrainingOptions options = o;
        options.seed = seed;
        return std::make_unique<Trainer<Cpu>>(a, options, boxes(a), Cpu{.threads = 1});
    }

    [[nodiscard]] std::vector<float> alone(int count) const {
        const auto one = trainer();
        steps(*one, count);
        return everything(*one);
    }

    /// On each of some ranks, after some steps.
    [[nodiscard]] std::vector<std::vector<float>> shared(int size, int count) const {
        std::vector<std::vector<float>> all(static_cast<std::size_t>(size));
        thread_ranks::on_ranks(size, [&](const std::shared_ptr<Communicator>& ranks) {
            const auto one = trainer();
            one->share(ranks);
            steps(*one, count);
            require_equal_parameters(*ranks, *one);
            all[static_cast<std::size_t>(ranks->rank())] = everything(*one);
        });
        return all;
    }
};

}  // namespace

BOOST_AUTO_TEST_CASE(the_number_of_ranks_changes_no_bit) {
    const Run run;
    const auto one = run.alone(20);
    BOOST_TEST(all_finite(one));
    for (const int size : {2, 4})
        for (const auto& rank : run.shared(size, 20)) BOOST_TEST((rank == one));
    Run two_shards;
    two_shards.o.shards = 2;
    BOOST_TEST((two_shards.alone(20) != one));  // otherwise nothing was sharded
}

BOOST_AUTO_TEST_CASE(nor_with_parts_of_shards_and_a_loss_of_pairs) {
    Run run;
    run.o = few_steps(16);
    run.o.shards = 2;
    run.o.microbatch = 4;
    run.o.loss = losses::relativistic;
    run.o.loss.r1_gamma = run.o.loss.r2_gamma = 1;
    const auto one = run.alone(6);
    for (const auto& rank : run.shared(2, 6)) BOOST_TEST((rank == one));
}

BOOST_AUTO_TEST_CASE(sums_begin_before_a_network_s_gradient_is_whole) {
    Run run;  // wide enough that a layer is worth a message
    run.o = few_steps(16);
    run.o.shards = 2;
    run.a = tiny(3);
    run.a.fmap_base = 4096;
    run.a.fmap_max = 160;
    for (const bool penalties : {false, true}) {
        if (penalties) run.o.loss = losses::wgan_gp;
        const auto one = run.alone(2);
        for (const auto& rank : run.shared(2, 2)) BOOST_TEST((rank == one));
    }
    std::vector<int> told(2, 0);
    thread_ranks::on_ranks(2, [&](const std::shared_ptr<Communicator>& ranks) {
        const auto t = run.trainer();
        auto& context = t->context();
        t->share(ranks);
        for_each_parameter(t->discriminator(), [](const std::string&, Parameter<Cpu>& p) {
            if (p.trainable()) p.clear_gradient();
        });
        context.set_gradient_listener([&](const float*) { ++told[static_cast<std::size_t>(ranks->rank())]; });
        typename AnyDiscriminator<Cpu>::Network::Cache cache;
        const auto pictures = context.take(4, 3, 16, 16);
        const auto scores = context.take(4, 1), labels = Rows<float>{};
        context.fill(pictures, 0.5F);
        context.fill(scores, 1.0F);
        auto& network = t->discriminator().network();
        network.forward(context, pictures, labels, {.stage = 2}, scores, &cache);
        network.backward(context, cache, scores, {}, Pass::inputs);
        if (told[static_cast<std::size_t>(ranks->rank())] != 0) throw DeviceError("no gradient was computed");
        network.backward(context, cache, scores, {}, Pass::gradients);
        context.set_gradient_listener({});
    });
    int trainable = 0;
    for_each_parameter(run.trainer()->discriminator(), [&](const std::string& name, const Parameter<Cpu>& p) {
        const bool other_size = name.find("FromRGB") != std::string::npos && !name.starts_with("FromRGB_lod0");
        trainable += p.trainable() && !other_size ? 1 : 0;
    });
    BOOST_TEST(told[0] == trainable);  // each once
}

BOOST_AUTO_TEST_CASE(shards_change_nothing_but_rounding) {
    Run whole, shards;
    whole.o = shards.o = few_steps(16);
    shards.o.shards = 4;
    const auto a = whole.alone(1), b = shards.alone(1);
    double difference = 0, size = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        difference += std::pow(a[i] - b[i], 2);
        size += std::pow(a[i], 2);
    }
    BOOST_TEST(difference > 0);
    BOOST_TEST(std::sqrt(difference / size) < 1e-3);
}

BOOST_AUTO_TEST_CASE(statistics_and_values_count_all_pictures_on_every_rank) {
    const Run run;
    const auto one = run.trainer();
    steps(*one, 5);
    std::map<std::string, RunningStatistics> of_last;
    thread_ranks::on_ranks(4, [&](const std::shared_ptr<Communicator>& ranks) {
        const auto t = run.trainer();
        t->share(ranks);
        steps(*t, 5);
        if (ranks->rank() == 3) of_last = t->statistics();
    });
    BOOST_TEST(of_last.size() == one->statistics().size());
    for (const auto& [name, s] : one->statistics()) {
        BOOST_TEST(of_last.at(name).count() == s.count());
        BOOST_TEST(of_last.at(name).mean() == s.mean());
    }
}

BOOST_AUTO_TEST_CASE(all_ranks_begin_with_the_state_of_rank_0) {
    const Run run;
    const auto straight = run.alone(12);
    std::vector<std::vector<float>> all(2);
    thread_ranks::on_ranks(2, [&](const std::shared_ptr<Communicator>& ranks) {
        const auto t = run.trainer();
        if (ranks->rank() == 0) steps(*t, 7);  // as if it had read a snapshot that the other cannot see
        t->share(ranks);
        steps(*t, 5);
        all[static_cast<std::size_t>(ranks->rank())] = everything(*t);
    });
    BOOST_TEST((all[0] == straight));
    BOOST_TEST((all[1] == straight));
}

BOOST_AUTO_TEST_CASE(each_rank_reads_its_own_pictures_alone) {
    const Run run;
    std::mutex lock;
    std::map<int, Index> read;
    thread_ranks::on_ranks(2, [&](const std::shared_ptr<Communicator>& ranks) {
        PictureSource source = boxes(run.a);
        const auto picture = source.picture;
        source.picture = [&, picture, rank = ranks->rank()](Index i, int halvings, std::span<std::uint8_t> pixels) {
            {
                const std::lock_guard guard(lock);
                ++read[rank];
            }
            picture(i, halvings, pixels);
        };
        TrainingOptions o = few_steps(16);
        o.shards = 2;
        Trainer<Cpu> t(run.a, o, source, Cpu{.threads = 1});
        t.share(ranks);
        steps(t, 3);
    });
    BOOST_TEST(read[0] == 3 * 8);
    BOOST_TEST(read[1] == 3 * 8);
}

BOOST_AUTO_TEST_CASE(ranks_that_do_not_divide_the_shards_are_refused) {
    const Run run;
    const auto t = run.trainer();
    BOOST_CHECK_THROW(thread_ranks::on_ranks(3, [&](const auto& ranks) { run.trainer()->share(ranks); }), ValueError);
    Run wrong;
    wrong.o.shards = 3;
    BOOST_CHECK_EXCEPTION((void)wrong.trainer(), ValueError, [](const ValueError& e) {
        return e.what() == std::string("training: shards is 3, expected 1, 2, 4, 8 and so on, at most 1024");
    });
    wrong.o.shards = 8;  // the minibatch has 4 groups
    BOOST_CHECK_THROW((void)wrong.trainer(), ShapeError);
}

BOOST_AUTO_TEST_CASE(a_difference_between_ranks_is_named) {
    const auto message = [](const auto& f) -> std::string {
        try {
            thread_ranks::on_ranks(2, f);
        } catch (const Error& e) {
            return e.what();
        }
        return "nothing was thrown";
    };
    const std::string host = Communicator::host_name();
    BOOST_TEST(message([](const auto& ranks) {
                   require_equal_ranks(*ranks, {{"--gamma", "4"}, {"--batch", ranks->rank() == 0 ? "16" : "32"}});
               }) == text("--batch: is 32 at rank 1 on ", host, ", expected 16 as at rank 0 on ", host));
    BOOST_TEST(message([](const auto& ranks) {
                   require_equal_ranks(*ranks, {{"--gamma", "4"}});
               }) == "nothing was thrown");

    const Run run;
    const std::string broken = message([&](const auto& ranks) {
        const auto t = run.trainer();
        t->share(ranks);
        if (ranks->rank() == 1)
            for_each_parameter(t->discriminator(), [](const std::string& name, Parameter<Cpu>& p) {
                if (name == "4x4/Dense0/bias") p.value()[2] = std::nextafter(p.value()[2], 1.0f);
            });
        require_equal_parameters(*ranks, *t);
    });
    BOOST_TEST(broken.starts_with(
                   text("training: D/4x4/Dense0/bias has other bits at rank 1 on ", host, " than at rank 0 on ", host)),
               broken);
}

BOOST_AUTO_TEST_SUITE_END()
