namespace Mimir.Models.Transformers;

/// <summary>
/// What every <see cref="ModelLayout"/> must fulfil, whoever sent it: bounded sizes and matrices whose shapes follow from the
/// architecture. The bounds keep all later size computations far from overflow.
/// </summary>
internal static class ModelLayoutRules
{
    private const int MaxWidth = 1 << 20, MaxLayers = 4096, MaxCount = 1 << 24, MaxName = 128, MaxRotaries = 8, MaxCap = 4096;
    private const long MaxParameters = 1L << 42;

    /// <summary>The first rule that <paramref name="layout"/> breaks, as a sentence without a full stop; null when it breaks none.</summary>
    public static string? FirstViolation(ModelLayout layout) =>
        Numbers(layout) ?? MatrixList(layout) ?? Roles(layout) ?? Adapters(layout);

    private static string? Numbers(ModelLayout l)
    {
        static string? Range(string name, int value, int most) => value >= 1 && value <= most ? null : $"{name} {value} is not in 1 to {most}";

        var range = Range("hidden size", l.HiddenSize, MaxWidth) ?? Range("layers", l.Layers, MaxLayers) ?? Range("heads", l.Heads, MaxWidth)
            ?? Range("key-value heads", l.KeyValueHeads, MaxWidth) ?? Range("head size", l.HeadSize, MaxWidth)
            ?? Range("intermediate size", l.IntermediateSize, MaxWidth) ?? Range("vocabulary size", l.VocabularySize, MaxCount)
            ?? Range("maximum positions", l.MaxPositions, MaxCount);
        if (range is not null) return range;
        if (l.Heads % l.KeyValueHeads != 0) return $"{l.KeyValueHeads} key-value heads do not divide {l.Heads} heads";
        if ((long)l.Heads * l.HeadSize > MaxWidth) return $"{l.Heads} heads of {l.HeadSize} elements are wider than {MaxWidth}";
        if (l.NormEpsilon is not (> 0 and <= 1)) return $"norm epsilon {l.NormEpsilon} is not in (0, 1]";
        foreach (var (name, cap) in (ReadOnlySpan<(string, double)>)[("scores", l.AttentionCap), ("logits", l.LogitsCap)])
            if (cap is not (0 or >= 1 and <= MaxCap)) return $"the cap of {name}, {cap}, is not 0 or in 1 to {MaxCap}";
        if (!Enum.IsDefined(l.Activation)) return $"unknown activation {(int)l.Activation}";
        return (l.Positions is null) == (l.Rotaries.Count == 0) ? "exactly one of learned and rotary positions must be there" : Positions(l);
    }

    /// <summary>Rotary tables, and what every block says about attention.</summary>
    private static string? Positions(ModelLayout l)
    {
        if (l.Rotaries.Count > MaxRotaries) return $"{l.Rotaries.Count} rotary tables, more than {MaxRotaries}";
        foreach (var table in l.Rotaries)
        {
            if (table.HeadSize != l.HeadSize || table.Rotated < 2 || table.Rotated > l.HeadSize) return $"a rotary table turns {table.Rotated} elements of heads of {l.HeadSize}";
            if (table.Base is not (>= 1 and <= 1e12)) return $"rotary base {table.Base} is not in 1 to 1e12";
            if (table.Scale is not (> 0 and <= 16)) return $"rotary scale {table.Scale} is not in (0, 16]";
            if (table.Frequencies.Any(f => f is not (> 0 and <= 64))) return "a rotary frequency is not in (0, 64]";
        }
        foreach (var (window, rotary) in l.Blocks.Select(b => b.Attention))
        {
            if (window is < 0 or > MaxCount) return $"window {window} is not in 0 to {MaxCount}";
            if (rotary < -1 || rotary >= l.Rotaries.Count) return $"rotary table {rotary} is not one of {l.Rotaries.Count}";
        }
        return null;
    }

    private static string? MatrixList(ModelLayout l)
    {
        const MatrixUse All = MatrixUse.Product | MatrixUse.Lookup | MatrixUse.Rows;
        var (names, parameters) = (new HashSet<string>(StringComparer.Ordinal), 0L);
        for (var id = 0; id < l.Matrices.Count; id++)
        {
            var matrix = l.Matrices[id];
            if (matrix.Id != id) return $"matrix {id} has the id {matrix.Id}";
            if (matrix.Name.Length is 0 or > MaxName || matrix.Name.Any(c => c is < ' ' or > '~')) return $"matrix {id} has a name that is not 1 to {MaxName} ASCII characters";
            if (!names.Add(matrix.Name)) return $"two matrices are called {matrix.Name}";
            if (matrix.Use == 0 || (matrix.Use & ~All) != 0) return $"{matrix.Name} has the unknown use {(int)matrix.Use}";
            if (matrix.Rows is < 1 or > MaxCount || matrix.Columns is < 1 or > MaxCount) return $"{matrix.Name} is {matrix.Rows} x {matrix.Columns}";
            parameters += (long)matrix.Rows * matrix.Width;
            if (parameters > MaxParameters) return $"more than {MaxParameters} weights";
        }
        return null;
    }

    private static string? Roles(ModelLayout l)
    {
        var attention = l.Heads * l.HeadSize;
        var seen = new HashSet<int>();
        string? Role(SecretMatrix? m, int rows, int columns, MatrixUse use, bool biasAllowed)
        {
            if (m is null) return null;
            if (m.Id < 0 || m.Id >= l.Matrices.Count || l.Matrices[m.Id] != m) return $"{m.Name} is not in the list of matrices";
            if (!seen.Add(m.Id)) return $"{m.Name} is used twice";
            if (m.Rows != rows || m.Columns != columns) return $"{m.Name} is {m.Rows} x {m.Columns} where the architecture asks for {rows} x {columns}";
            if (m.Use != use) return $"{m.Name} is marked {m.Use} where the architecture asks for {use}";
            if (m.IsPublic != l.Embedding.IsPublic) return $"{m.Name} is {(m.IsPublic ? "public" : "secret")} and {l.Embedding.Name} is not";
            return m.HasBias && !biasAllowed ? $"{m.Name} has a bias" : null;
        }

        if (l.Blocks.Count != l.Layers) return $"{l.Blocks.Count} blocks for {l.Layers} layers";
        var tied = l.Head == l.Embedding;
        var problem = Role(l.Embedding, l.VocabularySize, l.HiddenSize, tied ? MatrixUse.Product | MatrixUse.Lookup : MatrixUse.Lookup, false)
            ?? Role(l.Positions, l.MaxPositions, l.HiddenSize, MatrixUse.Rows, false)
            ?? Role(l.FinalNorm, 2, l.HiddenSize, MatrixUse.Rows, false)
            ?? (tied ? null : Role(l.Head, l.VocabularySize, l.HiddenSize, MatrixUse.Product, true));
        foreach (var block in l.Blocks)
            problem ??= Role(block.QueryKeyValue, attention + 2 * l.KeyValueHeads * l.HeadSize, l.HiddenSize, MatrixUse.Product, true)
                ?? Role(block.Output, l.HiddenSize, attention, MatrixUse.Product, true)
                ?? Role(block.Up, l.GatedMlp ? 2 * l.IntermediateSize : l.IntermediateSize, l.HiddenSize, MatrixUse.Product, true)
                ?? Role(block.Down, l.HiddenSize, l.IntermediateSize, MatrixUse.Product, true)
                ?? Role(block.HeadGains, 1, attention + l.KeyValueHeads * l.HeadSize, MatrixUse.Rows, false)
                ?? Role(block.PostGains, 2, l.HiddenSize, MatrixUse.Rows, false);
        return problem ?? (seen.Count + 2 * l.Adapters.Count == l.Matrices.Count ? null : "a matrix has no use");
    }

    private static string? Adapters(ModelLayout l)
    {
        var blocks = l.Blocks.SelectMany(b => (SecretMatrix[])[b.QueryKeyValue, b.Output, b.Up, b.Down]).Select(m => m.Id).ToHashSet();
        var (next, last) = (l.Matrices.Count - 2 * l.Adapters.Count, -1);
        foreach (var (adapted, down, up) in l.Adapters)
        {
            if (!blocks.Contains(adapted.Id) || l.Matrices[adapted.Id] != adapted) return $"{adapted.Name} cannot have an adapter";
            if (adapted.Id <= last) return $"the adapter of {adapted.Name} is out of order";
            if (!adapted.IsPublic) return $"{adapted.Name} is secret: its owner merges an adapter into it";
            last = adapted.Id;
            foreach (var matrix in (ReadOnlySpan<SecretMatrix>)[down, up])
            {
                if (matrix.Id != next || l.Matrices[next] != matrix) return $"{matrix.Name} is not where the adapters stand";
                if (matrix.Use != MatrixUse.Product) return $"{matrix.Name} is marked {matrix.Use} where an adapter asks for {MatrixUse.Product}";
                if (matrix.IsPublic) return $"{matrix.Name} is marked public, but adapters are secret";
                next++;
            }
            if (down.Columns != adapted.Columns || up.Rows != adapted.Rows || up.Columns != down.Rows || up.HasBias)
                return $"the adapter {down.Name}, {up.Name} does not fit {adapted.Name}";
        }
        return null;
    }
}
