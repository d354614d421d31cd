namespace Mimir.Models.Gguf.Conversion;

/// <summary>What llama.cpp's converter did to a tensor, which import undoes.</summary>
internal enum ChangeKind
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>
    /// Rows of each head, halves (i, j) with i &lt; 2, were stored as pairs (j, i), because llama.cpp rotates neighbours where Hugging Face rotates halves.
    /// Source: conversion/llama.py, LlamaModel.permute.
    /// </summary>
    RotaryPairs,

    /// <summary>One was added, because Gemma's norms multiply by 1 + weight. Source: conversion/gemma.py.</summary>
    PlusOne,

    /// <summary>Transposed, because GPT-2 stores inputs × outputs. Source: conversion/gpt2.py.</summary>
    Transposed,

    /// <summary>Rows (head, part, element) were stored as (part, head, element), parts being query, key and value. Source: conversion/gptneox.py.</summary>
    PartsFirst,
}

/// <summary>A change and the number of heads that it goes by.</summary>
internal readonly record struct TensorChange(ChangeKind Kind, int Heads = 1)
{
    /// <summary>The row of the GGUF tensor that is row <paramref name="row"/> of <paramref name="rows"/> in Hugging Face's.</summary>
    public long SourceOf(long row, long rows)
    {
        if (Kind is not (ChangeKind.RotaryPairs or ChangeKind.PartsFirst)) return row;
        var size = rows / Heads;
        var (head, within) = (row / size, row % size);
        if (Kind == ChangeKind.RotaryPairs)
        {
            var half = size / 2;
            return head * size + within % half * 2 + within / half;
        }
        var third = size / 3;
        return within / third * (rows / 3) + head * third + within % third;
    }

    /// <summary>Whether rows divide as the change needs.</summary>
    public bool Fits(long rows) => Kind switch
    {
        ChangeKind.RotaryPairs => rows % (2L * Heads) == 0,
        ChangeKind.PartsFirst => rows % (3L * Heads) == 0,
        _ => true,
    };
}
