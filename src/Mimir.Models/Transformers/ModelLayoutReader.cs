using System.Buffers.Binary;
using System.Text;

namespace Mimir.Models.Transformers;

/// <summary>Takes the fields of the binary form apart; <see cref="ModelLayoutRules"/> then judges their values.</summary>
internal ref struct ModelLayoutReader
{
    // name length, name of one character, rows, columns, bias, use, public
    private const int SmallestMatrix = 13;

    // base, scale, count of frequencies
    private const int SmallestRotary = 20;

    // six ids, window, rotary table
    private const int BlockBytes = 32;

    private ReadOnlySpan<byte> _rest;

    private ModelLayoutReader(ReadOnlySpan<byte> bytes) => _rest = bytes;

    /// <summary>The layout in <paramref name="bytes"/>, not yet checked for consistency. Allocates in proportion to the bytes only.</summary>
    public static ModelLayout Read(ReadOnlySpan<byte> bytes)
    {
        var reader = new ModelLayoutReader(bytes);
        var layout = reader.Layout();
        if (reader._rest.Length > 0) throw ModelLayoutCodec.Error($"{reader._rest.Length} bytes too many");
        return layout;
    }

    private ModelLayout Layout()
    {
        if (!Take(ModelLayoutCodec.Magic.Length).SequenceEqual(ModelLayoutCodec.Magic)) throw ModelLayoutCodec.Error("not a model layout of this version");
        Span<int> numbers = stackalloc int[8];
        foreach (ref var number in numbers) number = Integer();
        var (epsilon, attentionCap, logitsCap) = (Number(), Number(), Number());
        foreach (var cap in (ReadOnlySpan<double>)[attentionCap, logitsCap])
            if (cap == 0 && double.IsNegative(cap)) throw ModelLayoutCodec.Error("a cap of -0");
        var (activation, flags) = (Take(1)[0], Take(1)[0]);
        if (flags > 7) throw ModelLayoutCodec.Error($"unknown flags {flags}");
        var rotaries = Rotaries(numbers[4]);
        var matrices = Matrices();
        var (embedding, positions, finalNorm, head) = (Matrix(matrices), Optional(matrices), Optional(matrices), Matrix(matrices));
        if (numbers[1] < 0 || numbers[1] > _rest.Length / BlockBytes) throw ModelLayoutCodec.Error($"{numbers[1]} layers do not fit the message");
        var blocks = new LayerLayout[numbers[1]];
        for (var i = 0; i < blocks.Length; i++)
            blocks[i] = new LayerLayout(Matrix(matrices), Matrix(matrices), Matrix(matrices), Matrix(matrices))
            {
                HeadGains = Optional(matrices),
                PostGains = Optional(matrices),
                Attention = new LayerAttention(Integer(), Integer()),
            };
        var adapters = Adapters(matrices);
        return new ModelLayout
        {
            HiddenSize = numbers[0],
            Layers = numbers[1],
            Heads = numbers[2],
            KeyValueHeads = numbers[3],
            HeadSize = numbers[4],
            IntermediateSize = numbers[5],
            VocabularySize = numbers[6],
            MaxPositions = numbers[7],
            NormEpsilon = epsilon,
            AttentionCap = attentionCap,
            LogitsCap = logitsCap,
            Rotaries = rotaries,
            Activation = (ScalarFunction)activation,
            GatedMlp = (flags & 1) != 0,
            Centered = (flags & 2) != 0,
            ParallelResidual = (flags & 4) != 0,
            Embedding = embedding,
            Positions = positions,
            FinalNorm = finalNorm,
            Head = head,
            Blocks = blocks,
            Matrices = matrices,
            Adapters = adapters,
        };
    }

    private RotaryTable[] Rotaries(int headSize)
    {
        var count = Integer();
        if (count < 0 || count > _rest.Length / SmallestRotary) throw ModelLayoutCodec.Error($"{count} rotary tables do not fit the message");
        var tables = new RotaryTable[count];
        for (var i = 0; i < count; i++)
        {
            var (thetaBase, scale, pairs) = (Number(), Number(), Integer());
            if (pairs < 0 || pairs > _rest.Length / sizeof(double)) throw ModelLayoutCodec.Error($"{pairs} frequencies do not fit the message");
            var frequencies = new double[pairs];
            foreach (ref var frequency in frequencies.AsSpan()) frequency = Number();
            tables[i] = new RotaryTable(headSize, thetaBase, frequencies, scale);
        }
        return tables;
    }

    private SecretMatrix[] Matrices()
    {
        var count = Integer();
        if (count < 0 || count > _rest.Length / SmallestMatrix) throw ModelLayoutCodec.Error($"{count} matrices do not fit the message");
        var matrices = new SecretMatrix[count];
        for (var id = 0; id < count; id++)
        {
            var name = Encoding.Latin1.GetString(Take(Take(1)[0]));
            var (rows, columns, bias, use, shown) = (Integer(), Integer(), Take(1)[0], Take(1)[0], Take(1)[0]);
            if (bias > 1) throw ModelLayoutCodec.Error($"matrix {id} has the bias flag {bias}");
            if (shown > 1) throw ModelLayoutCodec.Error($"matrix {id} has the public flag {shown}");
            matrices[id] = new SecretMatrix(id, name, rows, columns, bias == 1, (MatrixUse)use) { IsPublic = shown == 1 };
        }
        return matrices;
    }

    private AdapterLayout[] Adapters(SecretMatrix[] matrices)
    {
        var count = Integer();
        if (count < 0 || count > _rest.Length / 12) throw ModelLayoutCodec.Error($"{count} adapters do not fit the message");
        if (count == 0) return [];
        var adapters = new AdapterLayout[count];
        for (var i = 0; i < count; i++) adapters[i] = new AdapterLayout(Matrix(matrices), Matrix(matrices), Matrix(matrices));
        return adapters;
    }

    private SecretMatrix Matrix(SecretMatrix[] matrices) => Optional(matrices) ?? throw ModelLayoutCodec.Error("a required matrix is missing");

    private SecretMatrix? Optional(SecretMatrix[] matrices)
    {
        var id = Integer();
        if (id < -1 || id >= matrices.Length) throw ModelLayoutCodec.Error($"matrix {id} is not one of {matrices.Length}");
        return id < 0 ? null : matrices[id];
    }

    private int Integer() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    private double Number() => BinaryPrimitives.ReadDoubleLittleEndian(Take(8));

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _rest.Length) throw ModelLayoutCodec.Error("it ends too early");
        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}
