using Mimir.Spdz.Channels;
using Mimir.Spdz.Gadgets;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Tests.Simulation;
using Mimir.Spdz.Tests.Statistical;

namespace Mimir.Spdz.Tests.Malicious;

/// <summary>One of two parties lies about bits that are opened (<see cref="CompareBits"/>).</summary>
public sealed class BitTests
{
    private const int Bits = TinyModel.WideVocabulary / 2;
    private const int Bytes = (Bits + 7) / 8;
    private const int TagStart = sizeof(double);

    /// <summary>The cheater goes on from the same wrong bit as the other, which it also adds to what it receives.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_flipped_bit_fails_the_check(int cheater)
    {
        var random = new Random(cheater);
        foreach (var bit in (int[])[0, Bits - 1, random.Next(Bits), random.Next(Bits)])
            await Cheat.CaughtAsync<MacCheckFailedException>(Wide(cheater, m => m.Bytes.Length == Bytes ? Flip(m.Bytes, bit) : m.Bytes), 0);
    }

    /// <summary>The cheater reveals the other's hash of tags instead of its own, which it had committed to.</summary>
    [Fact]
    public async Task Tags_are_committed_to_before_they_are_seen()
    {
        var log = await RoundLog.RecordAsync(Wide(0, m => m.Bytes));
        var reveal = log.Rounds("online").Last(r => r.Kind == RoundKind.CheckReveal).Round;
        await Cheat.CaughtAsync<CommitmentMismatchException>(
            Wide(0, m => m.To < 0 && m.Round == reveal ? Cheat.Flip(m.Bytes, TagStart + 3) : m.Bytes), 0, 0);
    }

    [Fact]
    public async Task More_bits_than_were_asked_for_are_refused() =>
        await Cheat.CaughtAsync<MalformedMessageException>(Wide(0, m => m.To < 0 && m.Bytes.Length == Bytes ? Flip(m.Bytes, Bits) : m.Bytes), 0);

    /// <summary>Equal numbers, so that every comparison has the same answer; what is sent and what is opened is one in half of the places all the same.</summary>
    [Fact]
    public async Task What_is_sent_and_what_is_opened_is_uniform()
    {
        const int Pairs = 20_000;
        var numbers = new Numbers(TinyModel.Llama(1).Layout, 16, 2, 2);
        var sent = new byte[2][];
        var harness = new GadgetHarness
        {
            Deal = tape => Larger.Deal(tape, Pairs, numbers.Vocabulary),
            WrapMesh = mesh => new TamperingMesh(mesh, "online", m =>
            {
                if (m.To < 0 && m.Bytes.Length == Pairs / 8) sent[m.From] = m.Bytes;
                return m.Bytes;
            }),
        };
        await harness.RunAsync([new double[Pairs]], (step, x) => Larger.RunAsync(step, x[0], x[0], numbers.Vocabulary));
        foreach (var bits in (byte[][])[sent[0], sent[1], [.. sent[0].Zip(sent[1], (a, b) => (byte)(a ^ b))]])
        {
            var ones = bits.Sum(b => int.PopCount(b));
            Assert.InRange(ones, Pairs / 2 - 5 * Math.Sqrt(Pairs) / 2, Pairs / 2 + 5 * Math.Sqrt(Pairs) / 2);
            var pairs = bits.Sum(b => int.PopCount(b & (b >> 1) & 0x55));
            Assert.InRange(pairs, Pairs / 8 - 5 * Math.Sqrt(Pairs * 3 / 32.0), Pairs / 8 + 5 * Math.Sqrt(Pairs * 3 / 32.0));
        }
    }

    [Fact]
    public async Task Honest_sessions_give_the_reference_tokens()
    {
        var group = Wide(0, m => m.Bytes);
        await group.RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal(TinyModel.Wide().Greedy([7], 1), group.Clients.Tokens["alice"]);
    }

    private static LocalGroup Wide(int cheater, Func<MeshMessage, byte[]> alter) => new()
    {
        Model = TinyModel.Wide(),
        Plan = Plans.Single(1, 1) with { AuditRate = 0 },
        Clients = new LocalClients { Prompts = [[7]] },
        WrapMesh = (mesh, phase) => phase != "online" || mesh.Index != cheater ? mesh : new TamperingMesh(mesh, phase, alter),
    };

    private static byte[] Flip(byte[] bytes, int bit)
    {
        bytes[bit >> 3] ^= (byte)(1 << (bit & 7));
        return bytes;
    }
}
