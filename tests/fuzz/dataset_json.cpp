// SPDX-License-Identifier: Apache-2.0
// Any bytes are a dataset.json whose labels can be matched with names of files, or are refused by FormatError.
#include <stylegan/io/datasets/dataset_labels.hpp>
#include <stylegan/io/datasets/labelled_files.hpp>

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    try {
        stylegan::DatasetLabels labels({data, size}, "fuzz");
        std::vector<std::string> files{"a.png", "b/a.png", "b/c.png", "00000/img00000000.png"};
        for (const std::string& name : labels.names()) {
            files.push_back("./" + name);
            files.push_back(name.substr(name.find('/') + 1));
        }
        const stylegan::LabelledFiles labelled(std::move(labels), "b", files);
        std::size_t matched = 0;
        for (std::size_t i = 0; i < files.size(); ++i) {
            const auto* const label = labelled.of(i);
            if (label == nullptr) continue;
            ++matched;
            if (labelled.labels().size() < 4096 && labelled.labels().vector(*label).empty()) std::abort();
        }
        if (matched != labelled.matched()) std::abort();
    } catch (const stylegan::FormatError&) {
    }
    return 0;
}
