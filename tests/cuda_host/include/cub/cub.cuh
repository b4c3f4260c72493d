// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cub/device/device_segmented_reduce.cuh>
