// SPDX-License-Identifier: Apache-2.0
#include "cli/training_run.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/resource.h>

BOOST_AUTO_TEST_SUITE(train_errors)

using namespace test;

struct Failing : TrainingFolder {
    /// Must fail and leave everything as it was.
    void fail(int status, std::initializer_list<const char*> parts, std::vector<std::string> more) const {
        const auto before = folder.files();
        const bool runs = std::filesystem::exists(folder / "runs");
        check_error(train(std::move(more)), status, parts);
        BOOST_TEST(folder.files() == before, boost::test_tools::per_element());
        BOOST_TEST(std::filesystem::exists(folder / "runs") == runs);
    }
    void refuse(int status, std::initializer_list<const char*> parts, std::vector<std::string> arguments) const {
        const auto before = folder.files();
        arguments.insert(arguments.begin(), "train");
        check_error(run_program(folder, std::move(arguments)), status, parts);
        BOOST_TEST(folder.files() == before, boost::test_tools::per_element());
    }
};

/// Limits the size of files that this process and those it starts can write.
class FileSizeLimit {
public:
    explicit FileSizeLimit(rlim_t bytes) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        rlimit limit = before_;
        limit.rlim_cur = bytes;
        ::setrlimit(RLIMIT_FSIZE, &limit);
        signal_ = ::signal(SIGXFSZ, SIG_IGN);  // so that writing fails instead; inherited
    }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;
    ~FileSizeLimit() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        ::signal(SIGXFSZ, signal_);
    }

private:
    rlimit before_{};
    void (*signal_)(int) = nullptr;
};

BOOST_FIXTURE_TEST_CASE(wrong_usage, Failing) {
    refuse(2, {"--data", "is missing"}, {"--outdir", "runs"});
    refuse(2, {"--outdir", "is missing"}, {"--data", "pictures"});
    fail(2, {"--kimg", "\"0\"", "expected a number of at least 0.001"}, {"--kimg", "0"});
    fail(2, {"--kimg", "\"lots\"", "expected a number"}, {"--kimg", "lots"});
    for (const char* hours : {"0", "-1", "nan", "inf", "soon"})
        fail(2, {"--hours", "expected a number of at least 0.001"}, {"--hours", hours});
    fail(2, {"--tick", "\"-1\""}, {"--tick", "-1"});
    fail(2, {"--batch", "\"8:\"", "expected a whole number above 0, or one by picture height such as 8:N"},
         {"--batch", "8:"});
    fail(2, {"--batch", "\"0\""}, {"--batch", "0"});
    fail(2, {"--batch", "\"2.5\""}, {"--batch", "2.5"});
    fail(2, {"--lr", "\"8:0.1,\""}, {"--lr", "8:0.1,"});
    fail(2, {"--gamma", "\"-1\""}, {"--gamma", "-1"});
    fail(2, {"--cfg", "\"g\"", "expected a, b, c, d, e, f or auto"}, {"--cfg", "g"});
    fail(2, {"--loss", "\"best\"", "hinge-gp"}, {"--loss", "best"});
    fail(2, {"--resolution", "\"8by8\"", "width x height"}, {"--resolution", "8by8"});
    fail(2, {"--map-depth", "\"17\"", "0 to 16"}, {"--map-depth", "17"});
    fail(2, {"--snap", "\"0\""}, {"--snap", "0"});
    fail(2, {"--growing", "--no-growing"}, {"--growing", "--no-growing"});
    fail(2, {"--mirror: is \"maybe\", expected 0 or 1"}, {"--mirror", "maybe"});
}

BOOST_FIXTURE_TEST_CASE(data_that_cannot_be_used, Failing) {
    fail(1, {"missing.zip", "No such file"}, {"--data", "missing.zip"});
    std::filesystem::create_directories(folder / "empty");
    fail(1, {"empty", "has no pictures"}, {"--data", "empty"});

    fail(1, {"--outdir pictures", "is in the data set pictures"}, {"--outdir", "pictures"});
    fail(1, {"--outdir pictures/new/runs", "is in the data set pictures"}, {"--outdir", "pictures/new/runs"});
    write(folder / "pictures/dataset.json", R"({"labels": [["100.png", 0], ["101.png", 1]]})");
    fail(1, {"dataset.json: has no label for 102.png and 9 more of 12 pictures"}, {"--cond"});
    write(folder / "pictures/dataset.json", R"({"labels": [["a.png", 0], ["b.png", 1]]})");
    fail(1, {"dataset.json: its names are not those of the pictures", "\"a.png\"", "\"100.png\""}, {"--cond"});
    std::filesystem::remove(folder / "pictures/dataset.json");

    auto zip = read(example_data("faces-32.zip"));
    zip.resize(zip.size() / 2);
    write(folder / "cut.zip", zip);
    fail(1, {"cut.zip", "cut off"}, {"--data", "cut.zip"});

    fail(1, {"--data", "pictures", "are 8x8", "expected --resolution 16x16"}, {"--resolution", "16"});
    fail(1, {"--data", "pictures", "has no labels", "--cond"}, {"--cond"});
    fail(1, {"--data", "has 12 pictures", "at least the 16", "--batch"}, {"--batch", "16"});
    write_pictures("odd", 8, 33, 33);
    fail(1, {"--data", "33x33", "expected 4 to 15 pixels", "dataset-tool"}, {"--data", "odd"});
    write_pictures("flat", 8, 8, 2);
    fail(1, {"--data", "8x2 (width x height)"}, {"--data", "flat"});

    auto png = read(folder / "pictures/105.png");
    png.resize(png.size() - 30);
    write(folder / "pictures/105.png", png);
    fail(1, {"pictures", "105.png"}, {});
}

BOOST_FIXTURE_TEST_CASE(options_that_do_not_fit, Failing) {
    fail(1, {"--batch: is 6", "expected a multiple of 4"}, {"--batch", "6"});
    fail(1, {"--batch: is 10 at height 8, expected a multiple of 4"}, {"--batch", "4:8,8:10"});
    fail(1, {"--fmap-base", "too small"}, {"--fmap-base", "1"});
    fail(1, {"--map-depth: is 2", "--cfg a"}, {"--cfg", "a"});
}

BOOST_FIXTURE_TEST_CASE(folders_that_cannot_be_written, Failing) {
    write(folder / "file", "no folder");
    fail(1, {"--outdir file", "cannot be created"}, {"--outdir", "file"});
    fail(1, {"--outdir file/runs", "cannot be created"}, {"--outdir", "file/runs"});
    {
        const FileSizeLimit limit(500);  // like a full disk: only the message fits
        check_error(train(), 1, {"training_options.json", "cannot be written"});
        BOOST_TEST(std::filesystem::is_empty(folder / "runs"));
    }
    std::filesystem::remove(folder / "runs");
    {
        const FileSizeLimit limit(30000);  // everything fits except the snapshot
        const Outcome o = train();
        check_error(o, 1, {"network-snapshot-000000.safetensors", "cannot be written"});
        BOOST_TEST(contains(o.out, "tick 2 "));
        for (const std::string& name : folder.files())
            BOOST_TEST((!contains(name, "snapshot") && !contains(name, "partial")), name);
    }
}

BOOST_FIXTURE_TEST_CASE(what_cannot_be_resumed, Failing) {
    check_success(train());
    const std::string snapshot = first_run + "/network-snapshot-000000.safetensors";
    fail(1, {"missing.safetensors", "cannot be opened"}, {"--resume", "missing.safetensors"});
    fail(1, {"100.png"}, {"--resume", "pictures/100.png"});
    fail(1, {"network-snapshot-000000.safetensors: has no weights that fit the new networks", "expected ["},
         {"--resume", snapshot, "--fmap-max", "4", "--latent", "7"});
    fail(1, {"--kimg: is 0.032", "expected more than the 0.032"}, {"--resume", snapshot});
    write_pictures("large", 8, 16, 16);
    refuse(1, {"--data", "are 16x16", "expected 8x8"}, {"--resume", first_run, "--data", "large"});
    fail(1, {"--data", "has no labels"}, {"--resume", snapshot, "--cond"});
    fail(2, {"--outdir", "--resume"}, {"--resume", first_run});

    refuse(1, {"--resume pictures", "has no network-snapshot-*.safetensors"}, {"--resume", "pictures"});
    refuse(1, {"--kimg"}, {"--resume", first_run});
    std::filesystem::rename(folder / "pictures", folder / "moved");
    refuse(1, {"pictures"}, {"--resume", first_run, "--kimg", "1"});
    write(folder / (first_run + "/training_options.json"), "{}");
    refuse(1, {"training_options.json", "is not the training_options.json of a run"},
           {"--resume", first_run, "--kimg", "1"});
    auto bytes = read(folder / snapshot);
    bytes.resize(bytes.size() / 2);
    write(folder / "cut.safetensors", bytes);
    refuse(1, {"cut.safetensors"},
           {"--resume", "cut.safetensors", "--data", "moved", "--outdir", "runs", "--kimg", "1"});
}

BOOST_AUTO_TEST_SUITE_END()
