// SPDX-License-Identifier: Apache-2.0
// Runs that several processes share, started by mpirun.
#include "cli/launched_ranks.hpp"
#include "cli/training_run.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <filesystem>
#include <string>
#include <thread>

BOOST_AUTO_TEST_SUITE(train_ranks, *test::needs_ranks())

using namespace test;
using stylegan::text;

/// Config F with growing, labels, adaptive augmentation and R1 in 20 steps, on pictures of 16x16; some pictures of each
/// minibatch in each of four shards.
struct Ranks : TrainingFolder {
    Ranks() {
        write_pictures("many", 20, 16, 16);
        std::string json = "{\"labels\": [";
        for (int i = 0; i < 20; ++i) json += text(i > 0 ? ", " : "", "[\"", 100 + i, ".png\", ", i % 3, "]");
        write(folder / "many/dataset.json", json + "]}");
    }

    [[nodiscard]] static std::string flags(const std::string& outdir, const std::string& more = {}) {
        return text(" train --data many --outdir ", outdir,
                    " --cond 1 --fmap-base 64 --fmap-max 16 --latent 8 --map-depth 2 --batch 16 --shards 4 --threads 1"
                    " --kimg 0.32 --tick 0.08 --lod-kimg 0.08 --fade-kimg 0.08 --aug ada --gamma 1 ",
                    more);
    }
    [[nodiscard]] Outcome on(int ranks, const std::string& arguments) const {
        return run_script(folder, launch(ranks) + arguments);
    }
    /// The snapshot that a log names last.
    [[nodiscard]] std::string last_snapshot(const std::string& run) const {
        const std::string log = content(run + "/log.txt"), finished = "Finished at ";
        const std::size_t line = log.rfind(finished);
        BOOST_REQUIRE_MESSAGE(line != std::string::npos, log);
        const std::size_t begin = log.find(": ", line) + 2;
        return content(log.substr(begin, log.find('\n', begin) - begin));
    }
    /// The last snapshots of two runs, byte by byte, and what their statistics say of the networks.
    void require_same(const std::string& a, const std::string& b) const {
        const std::string name = "/00000-many-cfgf-16x16-batch16-gamma1-ada-cond";
        BOOST_TEST((last_snapshot(a + name) == last_snapshot(b + name)), a << " and " << b << " have other networks");
        BOOST_TEST(
            (lasting_lines(content(a + name + "/stats.jsonl")) == lasting_lines(content(b + name + "/stats.jsonl"))));
    }
};

BOOST_FIXTURE_TEST_CASE(one_two_and_four_ranks_train_the_same_networks, Ranks) {
    check_success(run_script(folder, "$stylegan" + flags("alone")));
    const Outcome two = on(2, flags("two"));
    BOOST_TEST(two.status == 0, two.err);
    BOOST_TEST(contains(two.out, " waited "), two.out);
    BOOST_TEST(two.out.find("Run folder") == two.out.rfind("Run folder"), two.out);  // only one rank prints
    check_rank_success(on(4, flags("four")));
    check_rank_success(on(1, flags("one")));
    for (const char* run : {"one", "two", "four"}) require_same(run, "alone");
}

BOOST_FIXTURE_TEST_CASE(a_run_of_two_ranks_resumes_on_four, Ranks) {
    check_success(run_script(folder, "$stylegan" + flags("straight")));
    check_rank_success(on(2, flags("moved", "--kimg 0.16")));
    check_rank_success(on(4, " train --resume latest --outdir moved --kimg 0.32"));
    require_same("moved", "straight");
}

BOOST_FIXTURE_TEST_CASE(numbers_of_ranks_that_share_no_minibatch_are_refused, Ranks) {
    check_rank_error(on(3, flags("three")), "the number of processes (ranks) is 3, expected 1, 2, 4, 8 and so on");
    check_rank_error(on(4, flags("four", "--shards 2")),
                     "--shards: is 2, expected at least 4, the number of processes");
    check_rank_error(on(4, flags("four", "--batch 8 --shards 4")),
                     "--batch: is 8, expected a multiple of 16: 4 shards");
    BOOST_TEST(!std::filesystem::exists(folder / "three"));
}

BOOST_FIXTURE_TEST_CASE(ranks_with_other_flags_are_refused_with_the_difference, Ranks) {
    const Outcome o = run_script(folder, launch(1) + flags("runs", "--lr 0.002") + " : -n 1 $stylegan" + flags("runs"));
    check_rank_error(o, "--lr: is not given at rank 1 on ");
    BOOST_TEST(contains(o.err, ", expected 0.002 as at rank 0 on "), o.err);
    BOOST_TEST(!std::filesystem::exists(folder / "runs"));
}

BOOST_FIXTURE_TEST_CASE(a_signal_to_any_rank_or_the_launcher_stops_the_run_with_a_snapshot, Ranks) {
    for (const char* signal : {"-TERM $(pgrep -P $launcher | tail -n 1)", "-USR1 $launcher"}) {
        const std::string script = launch(2) + flags("runs", "--kimg 1000 --tick 0.016") + R"( > out.txt 2> err.txt &
launcher=$!
for i in {1..600}; do grep -q '^tick 2 ' out.txt && break; sleep 0.05; done
kill )" + signal + R"(
wait $launcher
status=$?
cat out.txt
exit $status)";
        const Outcome o = run_script(folder, script);
        BOOST_TEST(o.status == 0, content("err.txt"));
        BOOST_TEST(contains(o.out, "Stopped at "), o.out);
        BOOST_TEST(contains(o.out, "To resume: stylegan train --resume "), o.out);
    }
}

BOOST_FIXTURE_TEST_CASE(a_rank_that_dies_ends_the_others_and_the_run_resumes, Ranks) {
    const std::string longer = "--snap 1 --kimg 1.6";
    check_success(run_script(folder, "$stylegan" + flags("straight", longer)));
    const std::string script = launch(2) + flags("killed", longer) + R"( > out.txt 2> err.txt &
launcher=$!
for i in {1..600}; do grep -q '^tick 2 ' out.txt && break; sleep 0.01; done
kill -KILL $(pgrep -P $launcher | tail -n 1)
begin=$SECONDS
wait $launcher
status=$?
[ $((SECONDS - begin)) -le 10 ] || echo "the others went on for $((SECONDS - begin)) seconds"
exit $status)";
    const Outcome o = run_script(folder, script);
    BOOST_TEST(o.status != 0);
    BOOST_TEST(o.out == "");
    check_rank_success(on(2, " train --resume latest --outdir killed"));
    require_same("killed", "straight");
}

BOOST_FIXTURE_TEST_CASE(ranks_with_other_pictures_are_refused_and_a_damaged_one_is_named, Ranks) {
    // each rank sees the pictures of its own folder under one path
    const std::string prepare =
        "mkdir a b c; cp -r many a; cp -r many b; cp -r many c; cp b/many/100.png b/many/119.png\n"
        "head -c 300 many/119.png > c/many/119.png\n"
        "echo 'cd $1; shift; exec \"$@\"' > in\n";
    const std::string rest = flags("runs", "--data /proc/self/cwd/many");
    const auto started = [&](const char* other) {
        return run_script(folder, launch_command() + " -n 1 bash in a $stylegan" + rest + " : -n 1 bash in " + other +
                                      " $stylegan" + rest);
    };
    check_success(run_script(folder, prepare));
    const Outcome others = started("b");
    check_rank_error(others, "--data /proc/self/cwd/many: digest of some pictures and labels: is ");
    BOOST_TEST(contains(others.err, " at rank 1 on "), others.err);
    const Outcome damaged = started("c");
    check_rank_error(damaged, "stylegan: rank 1 on ");
    BOOST_TEST(contains(damaged.err, "119.png"), damaged.err);
    BOOST_TEST(!std::filesystem::exists(folder / "a/runs"));
}

BOOST_FIXTURE_TEST_CASE(other_commands_refuse_several_ranks, Ranks) {
    check_rank_error(
        on(2, " dataset-tool --source many --dest all.zip"),
        "dataset-tool: found 2 processes (ranks), expected one; train, generate, calc-metrics and fid share");
    BOOST_TEST(!std::filesystem::exists(folder / "all.zip"));
    const Outcome build = run_script(folder, "$stylegan info --build");
    BOOST_TEST(contains(build.out, "\nMPI             "), build.out);
    BOOST_TEST(!contains(build.out, "MPI             not compiled in"), build.out);
    const Outcome help = on(2, " train --help");
    check_rank_success(help);
    BOOST_TEST(help.out.find("--shards") == help.out.rfind("--shards"), help.out);
    check_rank_error(on(2, " train --data many"), "--outdir: is missing, expected a folder for run folders");
}

BOOST_FIXTURE_TEST_CASE(tasks_of_srun_that_mpi_does_not_see_are_refused, Ranks) {
    check_error(run_script(folder, "SLURM_STEP_NUM_TASKS=4 $stylegan" + flags("runs")), 1,
                {"srun started 4 processes, and MPI sees 1, expected srun --mpi=pmix"});
}

BOOST_AUTO_TEST_SUITE_END()
