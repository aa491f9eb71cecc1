"""Small random models of the real classes, saved to folders and loaded through the calls of real ones."""

from __future__ import annotations

import json
from pathlib import Path

import open_clip
import torch
from safetensors.torch import save_file
from transformers import (
    BertConfig,
    BertTokenizer,
    BitImageProcessor,
    CLIPTokenizer,
    DFineConfig,
    DFineForObjectDetection,
    Dinov2Config,
    Dinov2Model,
    GroundingDinoConfig,
    GroundingDinoForObjectDetection,
    GroundingDinoImageProcessor,
    GroundingDinoProcessor,
    HGNetV2Config,
    MMGroundingDinoConfig,
    MMGroundingDinoForObjectDetection,
    Owlv2Config,
    Owlv2ForObjectDetection,
    Owlv2ImageProcessor,
    Owlv2Processor,
    RTDetrConfig,
    RTDetrForObjectDetection,
    RTDetrImageProcessor,
    RTDetrResNetConfig,
    SwinConfig,
)

LABELS = {0: "person", 1: "cup", 2: "dog"}
_BYTES = [*map(chr, range(33, 127))]


def save_owl(folder: Path) -> Path:
    """OWLv2 at 64 pixels."""
    pieces = ["<|startoftext|>", "<|endoftext|>", *_BYTES, *(f"{letter}</w>" for letter in _BYTES)]
    vocabulary = {piece: place for place, piece in enumerate(pieces)}
    tokenizer = CLIPTokenizer(vocab=vocabulary, merges=[], model_max_length=16, pad_token="!")  # as published
    size = {"height": 64, "width": 64}
    Owlv2Processor(Owlv2ImageProcessor(size=size), tokenizer).save_pretrained(folder)
    layers = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    text = {**layers, "vocab_size": len(pieces), "bos_token_id": 0, "eos_token_id": 1, "pad_token_id": 1}
    vision = {**layers, "image_size": 64, "patch_size": 16}
    torch.manual_seed(0)
    config = Owlv2Config(text_config=text, vision_config=vision, projection_dim=16)
    Owlv2ForObjectDetection(config).save_pretrained(folder)
    return folder


def save_dino(folder: Path, *, mm: bool = False) -> Path:
    """Grounding DINO, or MM-Grounding-DINO, whose shorter side is 64 pixels."""
    words = ["[PAD]", *(f"[unused{n}]" for n in range(99)), "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    words += ["coffee", "mug", "dog", "person", "cat"]
    words += [f"[filler{n}]" for n in range(1012 - len(words))]
    words += [".", *(f"[more{n}]" for n in range(16)), "?"]  # the network knows these two by number
    tokenizer = BertTokenizer(vocab={word: place for place, word in enumerate(words)})
    images = GroundingDinoImageProcessor(size={"shortest_edge": 64, "longest_edge": 128})
    GroundingDinoProcessor(images, tokenizer).save_pretrained(folder)
    text = BertConfig(
        vocab_size=len(words),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=256,
    )
    swin = SwinConfig(
        embed_dim=8,
        depths=[1, 1, 1, 1],
        num_heads=[1, 1, 1, 1],
        window_size=4,
        out_features=["stage2", "stage3", "stage4"],
    )
    kind = MMGroundingDinoConfig if mm else GroundingDinoConfig
    config = kind(
        backbone_config=swin,
        text_config=text,
        d_model=32,
        num_queries=10,
        encoder_layers=1,
        decoder_layers=2,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=16,
        decoder_ffn_dim=16,
    )
    torch.manual_seed(0)
    network = MMGroundingDinoForObjectDetection if mm else GroundingDinoForObjectDetection
    network(config).save_pretrained(folder)
    return folder


def save_rt_detr(folder: Path) -> Path:
    """RT-DETR at 64 pixels."""
    RTDetrImageProcessor(size={"height": 64, "width": 64}).save_pretrained(folder)
    backbone = RTDetrResNetConfig(
        embedding_size=8,
        hidden_sizes=[8, 8, 8, 8],
        depths=[1, 1, 1, 1],
        layer_type="basic",
        out_features=["stage2", "stage3", "stage4"],
    )
    torch.manual_seed(0)
    config = RTDetrConfig(backbone_config=backbone, encoder_in_channels=[8, 8, 8], **_DETR)
    RTDetrForObjectDetection(config).save_pretrained(folder)
    return folder


def save_d_fine(folder: Path) -> Path:
    """D-FINE at 64 pixels."""
    RTDetrImageProcessor(size={"height": 64, "width": 64}).save_pretrained(folder)
    backbone = HGNetV2Config(
        stem_channels=[3, 8, 8],
        stage_in_channels=[8, 8, 8, 8],
        stage_mid_channels=[8, 8, 8, 8],
        stage_out_channels=[8, 8, 8, 8],
        stage_num_blocks=[1, 1, 1, 1],
        stage_numb_of_layers=[1, 1, 1, 1],
        hidden_sizes=[8, 8, 8, 8],
        out_features=["stage2", "stage3", "stage4"],
    )
    torch.manual_seed(0)
    config = DFineConfig(
        backbone_config=backbone, encoder_in_channels=[8, 8, 8], decoder_n_points=[2, 2, 2], **_DETR
    )
    DFineForObjectDetection(config).save_pretrained(folder)
    return folder


_DETR = {
    "d_model": 16,
    "encoder_hidden_dim": 16,
    "encoder_ffn_dim": 16,
    "encoder_layers": 1,
    "encoder_attention_heads": 2,
    "decoder_in_channels": [16, 16, 16],
    "decoder_layers": 2,
    "decoder_ffn_dim": 16,
    "decoder_attention_heads": 2,
    "num_queries": 10,
    "num_denoising": 0,
    "feat_strides": [8, 16, 32],
    "hidden_expansion": 0.5,
    "id2label": LABELS,
    "label2id": {name: number for number, name in LABELS.items()},
}


def save_dinov2(folder: Path) -> Path:
    """DINOv2 at 28 pixels, 24 dimensions."""
    BitImageProcessor(size={"shortest_edge": 32}, crop_size={"height": 28, "width": 28}).save_pretrained(
        folder
    )
    torch.manual_seed(0)
    config = Dinov2Config(
        hidden_size=24, num_hidden_layers=1, num_attention_heads=2, image_size=28, patch_size=14, mlp_ratio=1
    )
    Dinov2Model(config).save_pretrained(folder)
    return folder


def save_clip(folder: Path, *, seed: int = 0) -> Path:
    """A vision transformer in open_clip's own format, 16 dimensions."""
    config = {
        "embed_dim": 16,
        "vision_cfg": {"image_size": 32, "layers": 1, "width": 64, "patch_size": 16},
        "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 8, "heads": 1, "layers": 1},
    }
    folder.mkdir(parents=True)
    torch.manual_seed(seed)
    model = open_clip.CLIP(**config)
    save_file(model.state_dict(), folder / "open_clip_model.safetensors")
    text = json.dumps({"model_cfg": config, "preprocess_cfg": {"mean": [0.5] * 3, "std": [0.5] * 3}})
    (folder / "open_clip_config.json").write_text(text, encoding="utf-8")
    return folder
