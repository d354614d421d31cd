using System.Buffers.Binary;
using Mimir.Numerics;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Tape;
using Mimir.Spdz.Tests.Simulation;

namespace Mimir.Spdz.Tests.Malicious;

/// <summary>Whole tape sections replayed, skipped, cut, lengthened, garbled, or under keys that do not fit together.</summary>
public sealed class TapeTests
{
    public static TheoryData<byte, int> Sections => new()
    {
        { (byte)TapeKind.Load, 2 }, { (byte)TapeKind.Clients, 2 }, { (byte)TapeKind.Algebraic, 2 }, { (byte)TapeKind.Step, 2 }, { (byte)TapeKind.Step, 3 },
    };

    [Theory]
    [MemberData(nameof(Sections))]
    public Task A_skipped_section(byte kind, int parties) =>
        Cheat.CaughtAsync<DealerCheatedException>(Session(parties, w => w.Kind == kind && w.Step == 0 ? [] : [w.Bytes]), 0);

    [Theory]
    [MemberData(nameof(Sections))]
    public Task A_replayed_section(byte kind, int parties)
    {
        var replay = Enumerable.Range(0, parties).Select(_ => new List<byte[]>()).ToArray();
        return Cheat.CaughtAsync<DealerCheatedException>(Session(parties, w =>
        {
            if (w.Kind != kind || w.Step != 0) return [w.Bytes];
            replay[w.Party].Add(w.Bytes);
            return w.IsHeader || w.IsChunk ? [w.Bytes] : [w.Bytes, .. replay[w.Party]];
        }), 0);
    }

    /// <summary>After an audit the step is dealt again; the old section, whose masks everybody has seen, must not come back.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public Task An_audited_section_dealt_again(int parties)
    {
        var old = new Dictionary<(int, int), List<byte[]>>();
        return Cheat.CaughtAsync<DealerCheatedException>(Session(parties, w =>
        {
            if (w.Kind != (byte)TapeKind.Step) return [w.Bytes];
            if (w.Occurrence > 0) return w.IsHeader ? old[(w.Party, w.Step)] : [];
            if (w.IsHeader) old[(w.Party, w.Step)] = [];
            old[(w.Party, w.Step)].Add(w.Bytes);
            return [w.Bytes];
        }, Plans.Single(2, 23) with { AuditRate = 0.5, BlockSteps = 24 }), 0);
    }

    [Theory]
    [MemberData(nameof(Sections))]
    public Task A_truncated_section(byte kind, int parties) => Cheat.CaughtAsync<DealerCheatedException>(Session(parties, w =>
    {
        if (w.Kind != kind || !w.IsChunk || w.Start > 0) return [w.Bytes];
        return [TapeWrite.Chunk(w.Corrections().AsSpan()[..^1])];
    }), 0);

    [Theory]
    [MemberData(nameof(Sections))]
    public Task An_oversized_section(byte kind, int parties) => Cheat.CaughtAsync<DealerCheatedException>(Session(parties, w =>
        w.Kind == kind && w.IsChunk ? [w.Bytes, TapeWrite.Chunk(0)] : [w.Bytes]), 0);

    [Fact]
    public async Task A_count_that_would_exhaust_memory()
    {
        foreach (var count in (int[])[int.MaxValue, -1, int.MinValue, 1 << 28])
            await Cheat.CaughtAsync<DealerCheatedException>(Session(2, w =>
            {
                if (w.Kind == (byte)TapeKind.Algebraic && w.IsChunk) BinaryPrimitives.WriteInt32LittleEndian(w.Bytes, count);
                return [w.Bytes];
            }), 0);
    }

    /// <summary>p, the largest number of 50 bits, and, where there are any, bits behind the last element.</summary>
    [Theory]
    [MemberData(nameof(Sections))]
    public async Task A_correction_that_is_no_field_element(byte kind, int parties)
    {
        foreach (var element in (double[])[Field.P, Math.ScaleB(1, FieldPacking.BitsPerElement) - 1, double.NaN])
        {
            var caught = await Cheat.CaughtAsync<DealerCheatedException>(Session(parties, w =>
            {
                if (w.Kind != kind || !w.IsChunk) return [w.Bytes];
                if (!double.IsNaN(element)) return [TapeWrite.Chunk([.. w.Corrections()[..^1], element])];
                var odd = w.Corrections()[..(w.Elements - 1 | 1)];
                var chunk = TapeWrite.Chunk(odd);
                chunk[^1] |= 0x80;
                return [chunk];
            }), 0);
            Assert.Equal("the Triple Service dealt something that is no field element", caught.Message);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(12)]
    public async Task A_header_that_says_something_else(int place)
    {
        foreach (var kind in (TapeKind[])[TapeKind.WeightMask, TapeKind.Load, TapeKind.Clients, TapeKind.Algebraic, TapeKind.Step])
            await Cheat.CaughtAsync<DealerCheatedException>(Session(2, w => [w.IsHeader && w.Kind == (byte)kind ? Cheat.Flip(w.Bytes, place) : w.Bytes]), 0);
    }

    /// <summary>One party expands other shares than the dealer believes.</summary>
    [Theory]
    [InlineData((byte)TapeKind.WeightMask)]
    [InlineData((byte)TapeKind.Load)]
    [InlineData((byte)TapeKind.Clients)]
    [InlineData((byte)TapeKind.Step)]
    [InlineData((byte)TapeKind.Algebraic)]
    public async Task Another_key_for_one_party(byte kind)
    {
        var group = Session(2, w => [w.IsHeader && w.Kind == kind && w.Party == 0 ? Cheat.Flip(w.Bytes, 20) : w.Bytes]);
        if (kind == (byte)TapeKind.Algebraic || kind == (byte)TapeKind.WeightMask) await Cheat.CaughtAsync<DealerCheatedException>(group, 0);
        else await Cheat.CaughtAsync<MacCheckFailedException>(group, 0);
    }

    private static LocalGroup Session(int parties, Func<TapeWrite, IEnumerable<byte[]>> alter, SessionPlan? plan = null) => new()
    {
        Model = TinyModel.Llama(1),
        Parties = parties,
        Plan = plan ?? Cheat.Plan,
        Clients = Cheat.Clients,
        WrapTape = (stream, party) => new TamperingStream(stream, party, true, alter),
    };
}
