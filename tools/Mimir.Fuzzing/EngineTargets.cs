using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Mimir.Models;
using Mimir.Models.Files;
using Mimir.Models.Folding;
using Mimir.Models.Tests.TestModels;
using Mimir.Models.Transformers;
using Mimir.Numerics;
using Mimir.Spdz;
using Mimir.Spdz.Masking;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tape;

namespace Mimir.Fuzzing;

/// <summary>Parsers of what dealer and model owner stream: tapes, weights, layouts.</summary>
internal static class EngineTargets
{
    private const int Elements = 64, Words = 4;

    /// <summary>The layout of a small Llama.</summary>
    public static ModelLayout SmallLayout { get; } = ModelFolding.LayoutOf(ModelConfig.Parse(JsonFile.Parse(Encoding.UTF8.GetBytes(new LlamaTestModel(true, false, false, 1).Config), "config.json")));

    /// <summary>Its binary form.</summary>
    public static byte[] Layout() => ModelLayoutCodec.Write(SmallLayout);

    /// <summary>All targets; their seeds are made here.</summary>
    public static IReadOnlyList<FuzzTarget> All() =>
    [
        new("layout", [Layout(), ArchitectureSeeds.Layout()], b => Attempt.Read(() => Roundtrip(b), e => e is ModelFormatException)),
        new("tape", [Section(3, 0), Section(2, 1), [.. Section(0, 0), .. Section(1, 1)]], Tape),
    ];

    private static string Roundtrip(byte[] bytes)
    {
        var layout = ModelLayoutCodec.Read(bytes);
        if (!ModelLayoutCodec.Write(layout).AsSpan().SequenceEqual(bytes)) throw new InvalidOperationException("What was read is written otherwise.");
        return $"{layout.Layers} {layout.Matrices.Count}";
    }

    private static byte[] Section(int elements, int words)
    {
        var header = new byte[TapeSender.HeaderBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(header, TapeSender.Magic);
        header[4] = (byte)TapeKind.Load;
        return
        [
            .. header, .. elements > 0 ? [(byte)elements, 0, 0, 0, .. new byte[FieldPacking.Bytes(elements)]] : Array.Empty<byte>(),
            .. words > 0 ? [(byte)words, 0, 0, 0x40, .. new byte[16 * words]] : Array.Empty<byte>(), 0, 0, 0, 0,
        ];
    }

    /// <summary>The input as two sections of a tape, as a verdict, and as a small public matrix.</summary>
    private static Outcome Tape(byte[] bytes)
    {
        var receiver = new TapeReceiver(new MemoryStream(bytes));
        using var memory = new SessionMemory();
        var sections = Attempt.All(Attempt.Read(() => Next(receiver, memory), Refuses), Attempt.Read(() => Next(receiver, memory), Refuses));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        return Attempt.All(
            sections,
            Attempt.Read(() => Matrix(bytes, MatrixUse.Product, hash), Refuses),
            Attempt.Read(() => Matrix(bytes, MatrixUse.Rows, hash), Refuses));
    }

    private static string Next(TapeReceiver receiver, SessionMemory memory)
    {
        var section = receiver.ReadAsync(TapeKind.Load, 0, 0, new SectionSize(Elements, Words), memory, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        section.Return(memory);
        return "section";
    }

    private static string Matrix(byte[] bytes, MatrixUse use, IncrementalHash hash)
    {
        using var matrix = PublicMatrix.ReceiveAsync(new SecretMatrix(0, "m", 3, 4, true, use) { IsPublic = true }, new MemoryStream(bytes), hash, CancellationToken.None).GetAwaiter().GetResult();
        return "matrix";
    }

    private static bool Refuses(Exception error) => error is ProtocolViolation or PeerLostException;
}
