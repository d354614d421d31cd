using Mimir.Spdz.Tests.Simulation;

namespace Mimir.Spdz.Tests.Malicious;

/// <summary>One party sends something else than its share in one opening.</summary>
public sealed class OpeningTests
{
    /// <summary>
    /// Every single opening of a one-token session, online: the MAC check or a product's tag catches it before the release. The cheater
    /// believes its own lie (it adds to what it receives what it added to its share), so that both parties go on from the same wrong
    /// value: only then is it the tag that catches a product's opening.
    /// </summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Every_online_opening_of_a_step_is_protected(bool llama)
    {
        var random = new Random(1);
        var log = await RoundLog.RecordAsync(OneStep(llama, (mesh, _) => mesh));
        foreach (var (round, kind, bytes) in log.Rounds("online"))
        {
            if (kind != RoundKind.Opening) continue;
            var (cheater, index, delta) = (random.Next(2), random.Next(Cheat.Elements(bytes)), (double)random.NextInt64(1, Numerics.Field.Prime));
            var group = OneStep(llama, (mesh, phase) => phase != "online" || mesh.Index != cheater ? mesh : new TamperingMesh(mesh, phase,
                m => m.Round == round ? Cheat.AddOpened(m.Bytes, index, delta) : m.Bytes));
            await Cheat.CaughtAsync<MacCheckFailedException>(group, 0);
        }
    }

    [Fact]
    public async Task Later_openings_are_caught_before_the_next_release()
    {
        var random = new Random(2);
        var log = await RoundLog.RecordAsync(Session(2, (mesh, _) => mesh));
        var openings = log.Rounds("online").Where(r => r.Kind == RoundKind.Opening).ToArray();
        for (var i = 0; i < 25; i++)
        {
            var (round, _, bytes) = openings[random.Next(openings.Length)];
            var index = random.Next(Cheat.Elements(bytes));
            var group = Session(2, (mesh, phase) => phase != "online" || mesh.Index != 1 ? mesh : new TamperingMesh(mesh, phase,
                m => m.To < 0 && m.Round == round ? Cheat.AddOpened(m.Bytes, index, 1) : m.Bytes));
            await Cheat.CaughtAsync<MacCheckFailedException>(group, log.ReleasedBefore(round));
        }
    }

    [Fact]
    public async Task Openings_of_the_sacrifice_and_of_the_model_load_are_protected()
    {
        var random = new Random(3);
        var log = await RoundLog.RecordAsync(Session(2, (mesh, _) => mesh));
        foreach (var phase in (string[])["load", "offline"])
        {
            foreach (var (round, kind, bytes) in log.Rounds(phase))
            {
                if (kind != RoundKind.Opening) continue;
                var index = random.Next(Cheat.Elements(bytes));
                var group = Session(2, (mesh, p) => p != phase || mesh.Index != 0 ? mesh : new TamperingMesh(mesh, p,
                    m => m.Round == round ? Cheat.AddOpened(m.Bytes, index, 12345) : m.Bytes));
                if (phase == "load") await Cheat.CaughtAsync<MacCheckFailedException>(group, 0);
                else await Cheat.CaughtAsync<DealerCheatedException>(group, 0);
            }
        }
    }

    /// <summary>N = 3: the cheater tells both peers the same wrong share and believes it itself.</summary>
    [Fact]
    public async Task A_consistent_lie_to_several_peers_fails_the_check()
    {
        var random = new Random(4);
        var log = await RoundLog.RecordAsync(Session(3, (mesh, _) => mesh));
        var openings = log.Rounds("online").Where(r => r.Kind == RoundKind.Opening).ToArray();
        for (var i = 0; i < 10; i++)
        {
            var (round, _, bytes) = openings[random.Next(openings.Length)];
            var index = random.Next(Cheat.Elements(bytes));
            var group = Session(3, (mesh, phase) => phase != "online" || mesh.Index != 0 ? mesh : new TamperingMesh(mesh, phase,
                m => m.Round == round && m.From != 2 ? Cheat.AddOpened(m.Bytes, index, 77) : m.Bytes));
            await Cheat.CaughtAsync<MacCheckFailedException>(group, log.ReleasedBefore(round));
        }
    }

    /// <summary>N = 3: party 2 is told something else than party 1, which a MAC check alone need not notice.</summary>
    [Theory]
    [InlineData("load")]
    [InlineData("online")]
    [InlineData("offline")]
    public async Task Different_openings_to_different_peers_are_equivocation(string where)
    {
        var random = new Random(5);
        var log = await RoundLog.RecordAsync(Session(3, (mesh, _) => mesh));
        var openings = log.Rounds(where).Where(r => r.Kind == RoundKind.Opening).ToArray();
        for (var i = 0; i < 8; i++)
        {
            var (round, _, bytes) = openings[random.Next(openings.Length)];
            var index = random.Next(Cheat.Elements(bytes));
            var group = Session(3, (mesh, phase) => phase != where || mesh.Index != 2 ? mesh : new TamperingMesh(mesh, phase,
                m => m.Round == round && m.From == 0 ? Cheat.AddOpened(m.Bytes, index, 5) : m.Bytes));
            await Cheat.CaughtAsync<EquivocationException>(group, where == "online" ? log.ReleasedBefore(round) : 0);
        }
    }

    public static TheoryData<long> NoElements => [Numerics.Field.Prime, Numerics.Field.Prime + 1, (1L << 50) - 1];

    [Theory]
    [MemberData(nameof(NoElements))]
    public async Task What_is_no_field_element_is_refused(long word)
    {
        foreach (var (where, round) in (ValueTuple<string, int>[])[("load", 0), ("offline", 2), ("online", 9)])
        {
            var group = Session(2, (mesh, phase) => phase != where || mesh.Index != 1 ? mesh : new TamperingMesh(mesh, phase, m =>
            {
                if (m.To >= 0 || m.Round != round) return m.Bytes;
                var elements = new double[Cheat.Elements(m.Bytes.Length)];
                Assert.True(Numerics.FieldPacking.TryUnpack(m.Bytes, elements));
                elements[^1] = word;
                Numerics.FieldPacking.Pack(elements, m.Bytes);
                return m.Bytes;
            }));
            await Cheat.CaughtAsync<MalformedMessageException>(group, 0);
        }
    }

    [Theory]
    [InlineData("load", 0)]
    [InlineData("offline", 0)]
    [InlineData("offline", 5)]
    [InlineData("online", 2)]
    [InlineData("online", 30)]
    public async Task A_message_of_another_length_is_refused(string where, int round)
    {
        foreach (var change in (int[])[-7, -1, 1, 7])
        {
            var group = Session(2, (mesh, phase) => phase != where || mesh.Index != 0 ? mesh : new TamperingMesh(mesh, phase, m =>
            {
                if (m.To >= 0 || m.Round != round) return m.Bytes;
                var bytes = m.Bytes;
                Array.Resize(ref bytes, bytes.Length + change);
                return bytes;
            }));
            await Cheat.CaughtAsync<MalformedMessageException>(group, 0);
        }
    }

    private static LocalGroup Session(int parties, Func<Channels.IMesh, string, Channels.IMesh> wrap) =>
        new() { Model = TinyModel.Llama(), Parties = parties, Plan = Cheat.Plan, Clients = Cheat.Clients, WrapMesh = wrap };

    private static LocalGroup OneStep(bool llama, Func<Channels.IMesh, string, Channels.IMesh> wrap) => new()
    {
        Model = llama ? TinyModel.Llama(1) : TinyModel.Gpt2(1),
        Plan = Plans.Single(1, 1) with { AuditRate = 0 },
        Clients = new LocalClients { Prompts = [[7]] },
        WrapMesh = wrap,
    };
}
