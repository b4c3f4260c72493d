// SPDX-License-Identifier: Apache-2.0
// Draws cartoon faces to train on: the same pictures for the same seed, all of one size, face in the middle.
//
//     npm install --ignore-scripts facesjs@5.0.3 @resvg/resvg-js@2.6.2
//     node draw_faces.mjs faces 10000 128
//     stylegan dataset-tool --source faces --dest faces-128.zip
//     stylegan dataset-tool --source faces --dest faces-64.zip --resolution 64x64
//
// facesjs (Apache 2.0) puts a face together from drawn parts, as SVG; resvg turns that into pixels.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { generate, faceToSvgString } from 'facesjs';
import { Resvg } from '@resvg/resvg-js';

const [folder = 'faces', count = '10000', size = '128', seed = '1'] = process.argv.slice(2);

// facesjs draws 400 x 600 with the eyes at height 310, the mouth at 440. This square has the head from hair to chin.
const crop = { x: -15, y: 104, side: 430 };

// Soft colours for behind, strong ones for clothes, caps and glasses.
const backgrounds = ['#f4d9d0', '#f6e7c1', '#dcebc9', '#c9e8df', '#cfe3f2', '#d6d4f0', '#ecd3e8', '#e6e2dc'];
const clothes = ['#c0392b', '#e67e22', '#f1c40f', '#27ae60', '#16a085', '#2980b9', '#2c3e80', '#8e44ad', '#d9568f', '#ecf0f1', '#34495e'];

// From light to dark; each face gets a colour between two neighbours, so that all are as frequent.
const skins = ['#fbe0d2', '#f2cdb4', '#eab687', '#c98f6b', '#a8714f', '#7f4d3a', '#5c3830'];

// Most hair is of a colour that grows; one head in six is dyed.
const naturalHair = ['#1c1712', '#3d2314', '#5a3825', '#8a5a33', '#b55239', '#cc9966', '#e9c67b', '#8d8d8d', '#d8d5cf'];
const dyedHair = ['#e26a9b', '#4f86d9', '#7d5bc4', '#2fa594', '#d64545'];

// Parts that cover the mouth, stick out of the head or hang in one season only.
const unwanted = { glasses: ['facemask'], nose: ['pinocchio'], accessories: ['santa-hat'] };

// mulberry32, in place of the generator that facesjs draws its lots with.
let state = Number(seed) | 0;
Math.random = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
};

const pick = (list) => list[Math.floor(Math.random() * list.length)];

// A colour on the way through the list, anywhere between its first and its last one.
function between(list) {
    const position = Math.random() * (list.length - 1);
    const i = Math.floor(position);
    const channel = (colour, k) => parseInt(colour.slice(1 + 2 * k, 3 + 2 * k), 16);
    const mixed = [0, 1, 2].map((k) => channel(list[i], k) + (position - i) * (channel(list[i + 1], k) - channel(list[i], k)));
    return '#' + mixed.map((value) => Math.round(value).toString(16).padStart(2, '0')).join('');
}

function makeFace(gender) {
    let face;
    do {
        face = generate(undefined, { gender });
    } while (Object.entries(unwanted).some(([part, ids]) => ids.includes(face[part].id)));
    face.body.color = between(skins);
    face.hair.color = Math.random() < 5 / 6 ? pick(naturalHair) : pick(dyedHair);
    face.teamColors = [pick(clothes), pick(clothes), pick(clothes)];
    face.eyebrow.angle = Math.round(face.eyebrow.angle / 2);  // fewer angry ones
    if (Math.random() < 0.4)
        face.mouth.id = pick(['smile', 'smile2', 'smile3', 'smile4', 'smile-closed', 'side']);
    return face;
}

// The SVG with the square instead of the whole drawing, at the size of the picture.
function cropped(svg) {
    const { x, y, side } = crop;
    return svg
        .replace('width="100%" height="100%"', `width="${size}" height="${size}"`)
        .replace('viewBox="0 0 400 600"', `viewBox="${x} ${y} ${side} ${side}"`);
}

// A PNG of red, green and blue: resvg's own has an alpha channel too, which a network would learn to draw as well.
function png({ width, height, pixels }) {
    const stride = 1 + 3 * width;  // each row begins with the number of its filter: 0, none
    const rows = Buffer.alloc(stride * height);
    for (let y = 0; y < height; ++y)
        for (let x = 0; x < width; ++x)
            pixels.copy(rows, y * stride + 1 + 3 * x, 4 * (y * width + x), 4 * (y * width + x) + 3);
    const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0, 0]);  // 8 bits a channel, RGB, not interlaced
    header.writeUInt32BE(width, 0);
    header.writeUInt32BE(height, 4);
    const chunk = (type, data) => {
        const body = Buffer.concat([Buffer.from(type), data]);
        const framed = Buffer.alloc(body.length + 8);
        framed.writeUInt32BE(data.length, 0);
        body.copy(framed, 4);
        framed.writeUInt32BE(crc32(body), body.length + 4);
        return framed;
    };
    const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
}

mkdirSync(folder, { recursive: true });
const genders = ['female', 'male'];
const drawn = new Set();
const labels = [];
while (drawn.size < Number(count)) {
    const label = drawn.size % genders.length;
    const face = makeFace(genders[label]);
    const background = pick(backgrounds);
    const svg = cropped(faceToSvgString(face));
    if (drawn.has(svg))
        continue;
    const name = `face${String(drawn.size).padStart(5, '0')}.png`;
    writeFileSync(join(folder, name), png(new Resvg(svg, { background }).render()));
    drawn.add(svg);
    labels.push([name, label]);
}
writeFileSync(join(folder, 'dataset.json'), JSON.stringify({ labels }));
