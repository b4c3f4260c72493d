// SPDX-License-Identifier: Apache-2.0
// Every way to stop a run, and what it leaves.
#include "cli/training_run.hpp"
#include "io/event_file.hpp"

#include <boost/test/unit_test.hpp>

#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <thread>

BOOST_AUTO_TEST_SUITE(train_stops)

using namespace test;

struct Stops : TrainingFolder {
    [[nodiscard]] std::vector<std::string> endless(std::vector<std::string> more = {}) const {
        std::vector<std::string> all{"--data", "pictures", "--outdir", "runs", "--kimg", "1000", "--tick", "0.016"};
        all.insert(all.end(), more.begin(), more.end());
        return arguments(all);
    }
    /// As words of a shell.
    [[nodiscard]] std::string shell(std::vector<std::string> more = {}) const {
        std::string words = "$stylegan";
        for (const std::string& word : endless(std::move(more))) words += " " + word;
        return words;
    }
    static void wait_for(const Program& program, const char* text) {
        for (int i = 0; i < 6000 && !contains(program.printed(), text); ++i)
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        BOOST_TEST(contains(program.printed(), text));
    }
    [[nodiscard]] bool has(const std::string& name) const {
        return std::filesystem::exists(folder / (first_run + "/" + name));
    }
    [[nodiscard]] int hidden_files() const {
        int count = 0;
        for (const std::string& name : folder.files()) count += contains(name, "/.") ? 1 : 0;
        return count;
    }
};

BOOST_FIXTURE_TEST_CASE(a_stop_within_a_tick_changes_neither_networks_nor_statistics, Stops) {
    check_success(train({"--kimg", "0.96", "--tick", "0.32"}));
    Program program(folder.path(), endless({"--kimg", "0.96", "--tick", "0.32", "--outdir", "stopped"}));
    wait_for(program, "tick 1 ");
    program.signal(SIGTERM);
    check_success(program.wait());
    const std::string run = "stopped" + first_run.substr(4);
    const Outcome o = run_program(folder, {"train", "--resume", run, "--kimg", "0.96"});
    check_success(o);
    BOOST_TEST((lasting_lines(content(run + "/stats.jsonl")) == lasting_lines(content(first_run + "/stats.jsonl"))));
    const std::string straight = content(first_run + "/network-snapshot-000000.safetensors");
    const std::string last = o.out.substr(o.out.find(" kimg: ", o.out.find("Finished at")) + 7);
    BOOST_TEST((content(last.substr(0, last.find('\n'))) == straight), last);
}

BOOST_FIXTURE_TEST_CASE(a_reader_that_ends_stops_the_run_with_a_snapshot, Stops) {
    const Outcome o = run_script(folder, shell() + " | head -n 3; exit ${PIPESTATUS[0]}");
    check_error(o, 1, {"the standard output was closed. Stopped at ", "To resume: stylegan train --resume "});
    BOOST_TEST(has("network-snapshot-000000.safetensors"));
    BOOST_TEST(!has("run.lock"));
    BOOST_TEST(contains(content(first_run + "/log.txt"), "Stopped at "));
    BOOST_TEST(hidden_files() == 0);
}

BOOST_FIXTURE_TEST_CASE(an_output_that_cannot_be_written_does_not_stop_it_but_is_told, Stops) {
    Program program(folder.path(), endless({"--kimg", "0.032"}), "/dev/full");
    check_error(program.wait(), 1, {"the standard output cannot be written"});
    BOOST_TEST(contains(content(first_run + "/log.txt"), "Finished at 0.032 kimg"));
    const Outcome closed = run_script(folder, shell({"--kimg", "0.032"}) + " >&-");
    check_error(closed, 1, {"the standard output cannot be written: Bad file descriptor"});
}

BOOST_FIXTURE_TEST_CASE(a_second_interrupt_ends_it_at_once, Stops) {
    Program program(folder.path(), endless({"--snap", "1"}));
    wait_for(program, "tick 3 ");
    program.interrupt();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    program.interrupt();
    const int status = program.wait().status;
    BOOST_TEST((status == 128 + SIGINT || status == 0));  // 0: the first had ended it already
    const Outcome o = run_program(folder, {"train", "--resume", first_run, "--dry-run"});
    check_success(o);
    BOOST_TEST(!contains(o.out, "Damaged"), o.out);
}

BOOST_FIXTURE_TEST_CASE(other_signals_may_come_twice, Stops) {
    Program program(folder.path(), endless());
    wait_for(program, "tick 2 ");
    program.signal(SIGHUP);
    program.signal(SIGTERM);
    program.signal(SIGHUP);
    check_success(program.wait());
    BOOST_TEST(has("network-snapshot-000000.safetensors"));
}

BOOST_FIXTURE_TEST_CASE(a_limit_of_file_sizes_is_an_error, Stops) {
    check_error(run_script(folder, "ulimit -f 30; " + shell({"--snap", "1"}) + " > /dev/null"), 1,
                {"network-snapshot-000000.safetensors: cannot be written: File too large"});
    BOOST_TEST(hidden_files() == 0);
    check_error(run_script(folder, "ulimit -f 1; $stylegan dataset-tool --source pictures --dest all.zip"), 1,
                {"all.zip", "File too large"});
    BOOST_TEST(hidden_files() == 0);
}

BOOST_FIXTURE_TEST_CASE(what_a_killed_run_leaves_is_removed_by_the_next, Stops) {
    check_success(train());
    const auto dead = run_script(folder, "true & echo $!; wait");  // the number of a process that has ended
    const std::string number = dead.out.substr(0, dead.out.find('\n'));
    const std::string partial = ".network-snapshot-000000.safetensors." + number + ".0.partial";
    const std::string running = ".fakes000000.png." + std::to_string(::getpid()) + ".3.partial";
    for (const std::string& name : {partial, running, std::string(".own.partial")})
        write(folder / (first_run + "/" + name), "x");
    check_success(run_program(folder, {"train", "--resume", first_run, "--kimg", "0.048"}));
    BOOST_TEST(!has(partial));
    BOOST_TEST(has(running));
    BOOST_TEST(has(".own.partial"));
}

BOOST_FIXTURE_TEST_CASE(a_process_that_has_ended_trains_no_run_even_if_nobody_has_noticed, Stops) {
    Program program(folder.path(), endless());
    wait_for(program, "tick 2 ");
    program.signal(SIGKILL);
    std::this_thread::sleep_for(std::chrono::milliseconds(300));  // no wait(): its number is still in use
    const Outcome o = run_program(folder, {"train", "--resume", first_run, "--kimg", "0.032"});
    check_success(o);
    BOOST_TEST(contains(o.out, "Took over the run from process "), o.out);
}

BOOST_FIXTURE_TEST_CASE(one_process_trains_a_run, Stops) {
    Program program(folder.path(), endless());
    wait_for(program, "tick 2 ");
    BOOST_TEST(has("run.lock"));
    check_error(
        run_program(folder, {"train", "--resume", first_run}), 1,
        {first_run.c_str(), ": is trained by process ", " on host ", "expected a run that no other process trains"});
    program.signal(SIGKILL);
    BOOST_TEST(program.wait().status == 128 + SIGKILL);
    BOOST_TEST(has("run.lock"));

    const std::string lock = content(first_run + "/run.lock");
    const Outcome o = run_program(folder, {"train", "--resume", first_run, "--kimg", "0.032"});
    check_success(o);
    BOOST_TEST(contains(o.out, "Took over the run from process "), o.out);
    BOOST_TEST(contains(o.out, "The run has no snapshot yet and starts over"), o.out);
    BOOST_TEST(!has("run.lock"));

    auto other = nlohmann::json::parse(lock);
    other["host"] = "elsewhere";
    other["boot"] = "another";
    write(folder / (first_run + "/run.lock"), other.dump());
    const auto before = folder.files();
    check_error(run_program(folder, {"train", "--resume", first_run, "--kimg", "1"}), 1,
                {"on host elsewhere", "if that process has ended, remove ", "run.lock"});
    BOOST_TEST(folder.files() == before, boost::test_tools::per_element());
    BOOST_TEST(content(first_run + "/run.lock") == other.dump());

    // a number that another process has now: this one
    auto reused = nlohmann::json::parse(lock);
    reused["pid"] = ::getpid();
    write(folder / (first_run + "/run.lock"), reused.dump());
    check_success(run_program(folder, {"train", "--resume", first_run, "--kimg", "0.048"}));
    write(folder / (first_run + "/run.lock"), lock.substr(0, 10));  // cut off
    check_success(run_program(folder, {"train", "--resume", first_run, "--kimg", "0.064"}));
}

const std::string mounting = "unshare -rm mount -t tmpfs none /tmp";

/// Mounts a small file system at "disk" and starts $train there. fill takes all room that is left.
const std::string on_a_small_disk = R"sh(
    mkdir disk; mount -t tmpfs -o size=3m none disk || exit 90
    fill() {
        until grep -q 'tick 24 ' out.txt; do sleep 0.01; done
        dd if=/dev/zero of=disk/ballast bs=1k 2> /dev/null
        until grep -q 'Snapshots wait' out.txt; do sleep 0.01; grep -q Finished out.txt && exit 91; done
    }
    verify() { for s in disk/*/network-snapshot*; do $stylegan info --verify "$s" > /dev/null || exit 92; done; }
    touch out.txt; $train > out.txt & pid=$!
)sh";

BOOST_TEST_DECORATOR(*needs(mounting))
BOOST_FIXTURE_TEST_CASE(a_full_disk_pauses_snapshots, Stops) {
    check_success(train({"--kimg", "3.2", "--snap", "20"}));
    write(folder / "script", on_a_small_disk + R"sh(
        fill; verify
        rm disk/ballast
        wait $pid || exit 93
        cat out.txt
        cp disk/*/stats.jsonl .
        cp disk/*/events.out.tfevents.* events
    )sh");
    const Outcome o = run_script(
        folder, "export stylegan train=\"" +
                    shell({"--outdir", "disk", "--kimg", "3.2", "--snap", "20", "--keep", "2", "--tensorboard"}) +
                    "\"; unshare -rm bash script");
    check_success(o);
    BOOST_TEST(contains(o.out, "No space left on device. Snapshots wait until there is room; the last one is disk/"),
               o.out);
    BOOST_TEST(contains(o.out, "There is room again for snapshots: disk/"), o.out);
    BOOST_TEST((lasting_lines(content("stats.jsonl")) == lasting_lines(content(first_run + "/stats.jsonl"))));
    int ticks = 0;  // events wait for room, too
    const std::string events = content("events");
    for (const Event& event : read_events(events)) ticks += event.scalars.count("Progress/tick") > 0 ? 1 : 0;
    BOOST_TEST(ticks == 200);
}

BOOST_TEST_DECORATOR(*needs(mounting))
BOOST_FIXTURE_TEST_CASE(a_run_told_to_stop_on_a_full_disk_names_its_last_snapshot, Stops) {
    write(folder / "script", on_a_small_disk + R"sh(
        fill
        kill -TERM $pid
        wait $pid; status=$?
        verify
        exit $status
    )sh");
    check_error(
        run_script(folder, "export stylegan train=\"" + shell({"--outdir", "disk", "--snap", "20", "--keep", "1"}) +
                               "\"; unshare -rm bash script"),
        1, {"No space left on device; the run ends at ", " kimg without its last snapshot, the last one is disk/"});
}

BOOST_AUTO_TEST_SUITE_END()
