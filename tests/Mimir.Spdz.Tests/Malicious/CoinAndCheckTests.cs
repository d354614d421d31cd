using System.Security.Cryptography;
using Mimir.Spdz.Tests.Simulation;

namespace Mimir.Spdz.Tests.Malicious;

/// <summary>Commitments and reveals of coins and checks, altered by one party, in every phase.</summary>
public sealed class CoinAndCheckTests
{
    private const int SeedBytes = 32;

    public static TheoryData<string, int> Everywhere => new()
    {
        { "load", 2 }, { "online", 2 }, { "offline", 2 }, { "load", 3 }, { "online", 3 }, { "offline", 3 },
    };

    [Theory]
    [MemberData(nameof(Everywhere))]
    public Task The_first_commitment_to_a_coin(string where, int parties) =>
        AlterAsync(where, parties, RoundKind.FirstCommitment, 1, bytes => SeedBytes + bytes / 2 % SeedBytes);

    [Theory]
    [MemberData(nameof(Everywhere))]
    public Task A_revealed_seed(string where, int parties) =>
        AlterAsync(where, parties, RoundKind.Coin, 3, bytes => bytes % SeedBytes);

    [Theory]
    [MemberData(nameof(Everywhere))]
    public Task A_commitment_to_a_check_value(string where, int parties) =>
        AlterAsync(where, parties, RoundKind.CheckCommitment, 3, bytes => bytes % SeedBytes);

    [Theory]
    [MemberData(nameof(Everywhere))]
    public Task A_revealed_check_value(string where, int parties) =>
        AlterAsync(where, parties, RoundKind.CheckReveal, 3, bytes => bytes % sizeof(double));

    [Theory]
    [MemberData(nameof(Everywhere))]
    public Task A_revealed_nonce(string where, int parties) =>
        AlterAsync(where, parties, RoundKind.CheckReveal, 3, bytes => sizeof(double) + bytes % 32);

    [Fact]
    public async Task The_commitment_to_the_next_coin()
    {
        var log = await RoundLog.RecordAsync(Session(2));
        var coins = log.Rounds("online").Where(r => r.Kind == RoundKind.Coin).ToArray();
        for (var i = 0; i + 1 < coins.Length; i++)
        {
            var group = Session(2, "online", m => m.Round == coins[i].Round ? Cheat.Flip(m.Bytes, SeedBytes + i) : m.Bytes);
            await Cheat.CaughtAsync<CommitmentMismatchException>(group, log.ReleasedBefore(coins[i + 1].Round), cheater: 0);
        }
    }

    [Fact]
    public async Task A_transcript_that_differs_is_equivocation()
    {
        var log = await RoundLog.RecordAsync(Session(3));
        foreach (var (round, kind, _) in log.Rounds("online"))
        {
            if (kind != RoundKind.CheckCommitment) continue;
            var group = Session(3, "online", m => m.Round == round ? Cheat.Flip(m.Bytes, 63) : m.Bytes);
            await Cheat.CaughtAsync<EquivocationException>(group, log.ReleasedBefore(round), cheater: 0);
        }
    }

    /// <summary>A whole coin's worth of lies: party 2 is given another seed, with a matching commitment, than party 1.</summary>
    [Theory]
    [InlineData("load")]
    [InlineData("online")]
    [InlineData("offline")]
    public async Task Different_coins_for_different_peers(string where)
    {
        var log = await RoundLog.RecordAsync(Session(3));
        var first = log.Rounds(where).First(r => r.Kind == RoundKind.FirstCommitment).Round;
        var seed = new byte[SeedBytes];
        var group = new LocalGroup
        {
            Model = TinyModel.Llama(),
            Parties = 3,
            Plan = Cheat.Plan,
            Clients = Cheat.Clients,
            WrapMesh = (mesh, phase) => phase != where || mesh.Index != 2 ? mesh : new TamperingMesh(mesh, phase, m =>
            {
                if (m.From != 0) return m.Bytes;
                if (m.Round == first) Commitment(0, 0, seed).CopyTo(m.Bytes, SeedBytes);
                if (m.Round == first + 1) seed.CopyTo(m.Bytes, 0);
                return m.Bytes;
            }),
        };
        await Cheat.CaughtAsync<EquivocationException>(group, 0, cheater: 0);
    }

    /// <summary>commit = SHA-256("mimir/coin" ‖ party ‖ counter ‖ seed), as <see cref="Opening.Coin"/> documents it.</summary>
    private static byte[] Commitment(int party, ulong counter, byte[] seed) =>
        SHA256.HashData([.. "mimir/coin"u8, .. BitConverter.GetBytes(party), .. BitConverter.GetBytes(counter), .. seed]);

    private static async Task AlterAsync(string where, int parties, RoundKind wanted, int most, Func<int, int> place)
    {
        var random = new Random(where.Length + parties);
        var log = await RoundLog.RecordAsync(Session(parties));
        var rounds = log.Rounds(where).Where(r => r.Kind == wanted).ToArray();
        Assert.NotEmpty(rounds);
        for (var i = 0; i < Math.Min(most, rounds.Length); i++)
        {
            var (round, _, _) = rounds[random.Next(rounds.Length)];
            var index = place(random.Next(1 << 16));
            var group = Session(parties, where, m => m.Round == round ? Cheat.Flip(m.Bytes, index) : m.Bytes);
            await Cheat.CaughtAsync<CommitmentMismatchException>(group, where == "online" ? log.ReleasedBefore(round) : 0, cheater: 0);
        }
    }

    /// <summary>Party 0 alters what it sends in one phase; its own view stays honest.</summary>
    private static LocalGroup Session(int parties, string where = "", Func<MeshMessage, byte[]>? alter = null) => new()
    {
        Model = TinyModel.Llama(),
        Parties = parties,
        Plan = Cheat.Plan,
        Clients = Cheat.Clients,
        WrapMesh = (mesh, phase) => phase != where || mesh.Index != 0
            ? mesh
            : new TamperingMesh(mesh, phase, m => m.To < 0 ? alter!(m) : m.Bytes),
    };
}
