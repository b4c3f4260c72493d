// SPDX-License-Identifier: Apache-2.0
#include "options/device_option.hpp"

#include "options/options.hpp"

#include <string_view>
#include <utility>
#include <vector>

namespace stylegan::examples {

void add_device(CLI::App& c, DeviceOption& device) {
    const auto parse = [given = &device](const std::string& s) {
        auto parsed = parse_device(s);
        if (parsed) {
            parsed->precision = given->precision;
            parsed->kernels = given->kernels;
        }
        return parsed;
    };
    add_parsed(c, "--device", device, "cpu|cuda|cuda:N", parse, "cpu, cuda, or cuda:N for the GPU with that number",
               "where to compute (default cpu); cuda needs a program compiled with CUDA");
    std::vector<std::pair<std::string, Kernels>> kernels;
    for (const auto& [value, name] : kernels_names) kernels.emplace_back(name, value);
    add_choice(c, "--kernels", device.kernels, kernels,
               "kernels on the CPU: fast (default); eigen, every op in Eigen alone; plain, simple loops, slow");
    std::vector<std::pair<std::string, Precision>> choices;
    for (const auto& [precision, name] : precision_names) choices.emplace_back(name, precision);
    CLI::Option& precision = add_choice(c, "--gpu-precision", device.precision, choices,
                                        "precision of matrix products on a GPU (default fp32); tf32 and fp16 have 11 "
                                        "significant bits, so pictures differ in the third digit; bf16 has 8");
    exclude(precision,
            add_flag(
                c, "--tf32", [&device] { device.precision = Precision::tf32; }, "same as --gpu-precision tf32"));
}

std::optional<DeviceOption> parse_device(const std::string& text) {
    if (text == "cpu") return DeviceOption{};
    if (text == "cuda") return DeviceOption{.cuda = true};
    constexpr std::string_view numbered = "cuda:";
    if (text.rfind(numbered, 0) != 0) return std::nullopt;
    const auto number = parse_whole(text.substr(numbered.size()), {0, 1023});
    if (!number) return std::nullopt;
    return DeviceOption{.cuda = true, .number = static_cast<int>(*number)};
}

void require_no_kernels(const DeviceOption& device) {
    if (device.kernels != Kernels::fast)
        throw ValueError(
            text("--kernels: is \"", name_of(device.kernels), "\" with --device cuda, expected --device cpu"));
}

void refuse_device(const DeviceOption& device, const std::string& why) {
    const std::string number = device.number > 0 ? text(':', device.number) : "";
    throw DeviceError(text("--device: is \"cuda", number, "\", expected cpu, since ", why));
}

}  // namespace stylegan::examples
