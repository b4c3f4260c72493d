// SPDX-License-Identifier: Apache-2.0
#include <stylegan/core/tensor.hpp>
#include <stylegan/core/version.hpp>
#include <stylegan/device/cpu.hpp>

#include <jpeglib.h>
#include <png.h>
#include <zip.h>

#include <cstdio>
#include <nlohmann/json_fwd.hpp>

int main() {
    const stylegan::FeatureMaps<stylegan::Cpu, 3, 4, 4> x(2);
    std::printf("stylegan %d.%d.%d\n", stylegan::version[0], stylegan::version[1], stylegan::version[2]);
    return x.size() == 96 && png_access_version_number() > 0 && zip_libzip_version() != nullptr ? 0 : 1;
}
