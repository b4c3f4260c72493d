// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "io/temporary_folder.hpp"

#include <nlohmann/json.hpp>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace test {

/// A headless Chromium with one page, driven by the DevTools protocol through two pipes: its descriptors 3 and 4. The
/// destructor kills it.
class Browser {
public:
    using Json = nlohmann::json;

    Browser() {
        int to[2], from[2];
        if (::pipe2(to, O_CLOEXEC) != 0 || ::pipe2(from, O_CLOEXEC) != 0) throw std::runtime_error("no pipes");
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
        posix_spawn_file_actions_adddup2(&actions, to[0], 13);  // not 3 or 4, which may be one of the pipes
        posix_spawn_file_actions_adddup2(&actions, from[1], 14);
        posix_spawn_file_actions_adddup2(&actions, 13, 3);
        posix_spawn_file_actions_adddup2(&actions, 14, 4);
        posix_spawnattr_t attributes;  // a group of its own, which the destructor kills whole
        posix_spawnattr_init(&attributes);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
        posix_spawnattr_setpgroup(&attributes, 0);
        std::vector<std::string> words{"chromium",
                                       "--headless=new",
                                       "--no-sandbox",
                                       "--disable-gpu",
                                       "--no-first-run",
                                       "--remote-debugging-pipe",
                                       "--window-size=1280,900",
                                       "--user-data-dir=" + profile_.path().string(),
                                       "about:blank"};
        std::vector<char*> arguments;
        for (std::string& word : words) arguments.push_back(word.data());
        arguments.push_back(nullptr);
        const int error = ::posix_spawnp(&process_, "chromium", &actions, &attributes, arguments.data(), environ);
        posix_spawnattr_destroy(&attributes);
        posix_spawn_file_actions_destroy(&actions);
        ::close(to[0]);
        ::close(from[1]);
        write_ = to[1];
        read_ = from[0];
        if (error != 0) throw std::runtime_error("cannot start chromium");
        const Json target = call("Target.createTarget", {{"url", "about:blank"}});
        session_ = call("Target.attachToTarget", {{"targetId", target["targetId"]}, {"flatten", true}})["sessionId"];
        (void)call("Page.enable");
    }
    Browser(const Browser&) = delete;
    Browser& operator=(const Browser&) = delete;
    ~Browser() {
        ::kill(-process_, SIGKILL);
        ::waitpid(process_, nullptr, 0);
        ::close(write_);
        ::close(read_);
    }

    /// A method of the protocol, and its result.
    Json call(const std::string& method, const Json& parameters = Json::object()) {
        Json message{{"id", ++last_}, {"method", method}, {"params", parameters}};
        if (!session_.empty()) message["sessionId"] = session_;
        const std::string bytes = message.dump() + '\0';
        for (std::size_t sent = 0; sent < bytes.size();) {
            const auto n = ::write(write_, bytes.data() + sent, bytes.size() - sent);
            if (n <= 0 && errno != EINTR) throw std::runtime_error("chromium is gone");
            if (n > 0) sent += static_cast<std::size_t>(n);
        }
        for (;;) {
            const Json answer = Json::parse(next_message());
            if (answer.value("id", 0) != last_) continue;  // an event
            if (answer.contains("error")) throw std::runtime_error(method + ": " + answer["error"].dump());
            return answer["result"];
        }
    }

    void open(const std::string& address) { (void)call("Page.navigate", {{"url", address}}); }

    /// The value of an expression; of a promise what it becomes.
    Json value(const std::string& expression) {
        const Json result =
            call("Runtime.evaluate", {{"expression", expression}, {"awaitPromise", true}, {"returnByValue", true}});
        if (result.contains("exceptionDetails"))
            throw std::runtime_error(expression + ": " + result["exceptionDetails"].dump());
        return result["result"].value("value", Json());
    }
    std::string text_of(const std::string& id) { return value("document.getElementById('" + id + "').textContent"); }

    /// Waits until an expression is true, for half a minute at most. @return whether it is
    bool wait_until(const std::string& expression) {
        for (int i = 0; i < 600; ++i) {
            if (value("Boolean(" + expression + ")") == true) return true;
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
        return false;
    }

    /// Presses and releases a key in the element that has the focus: "ArrowRight".
    void press(const std::string& key, int modifiers = 0) {
        for (const char* type : {"keyDown", "keyUp"})
            (void)call("Input.dispatchKeyEvent",
                       {{"type", type}, {"key", key}, {"code", key}, {"modifiers", modifiers}});
    }
    /// Presses the mouse in the middle of an element, plus an offset as shares of its size, and releases it.
    void click(const std::string& id, double right = 0, double down = 0) {
        const Json box = value("(() => { const e = document.getElementById('" + id +
                               "'); e.scrollIntoView({block: 'center'}); const b = e.getBoundingClientRect();"
                               "return [b.x, b.y, b.width, b.height]; })()");
        const double x = box[0].get<double>() + box[2].get<double>() * (0.5 + right);
        const double y = box[1].get<double>() + box[3].get<double>() * (0.5 + down);
        for (const char* type : {"mousePressed", "mouseReleased"})
            (void)call("Input.dispatchMouseEvent",
                       {{"type", type}, {"x", x}, {"y", y}, {"button", "left"}, {"clickCount", 1}});
    }
    /// Gives a file to a file input.
    void choose(const std::string& id, const std::filesystem::path& file) {
        const Json document = call("DOM.getDocument");
        const Json node = call("DOM.querySelector", {{"nodeId", document["root"]["nodeId"]}, {"selector", '#' + id}});
        (void)call("DOM.setFileInputFiles", {{"files", {file.string()}}, {"nodeId", node["nodeId"]}});
    }

private:
    std::string next_message() {
        for (;;) {
            if (const auto end = received_.find('\0'); end != std::string::npos) {
                std::string message = received_.substr(0, end);
                received_.erase(0, end + 1);
                return message;
            }
            std::array<char, 65536> part{};
            const auto n = ::read(read_, part.data(), part.size());
            if (n == 0 || (n < 0 && errno != EINTR)) throw std::runtime_error("chromium is gone");
            if (n > 0) received_.append(part.data(), static_cast<std::size_t>(n));
        }
    }

    TemporaryFolder profile_;
    pid_t process_ = 0;
    int write_ = -1, read_ = -1, last_ = 0;
    std::string session_, received_;
};

}  // namespace test
