using Mimir.Models.Transformers;
using Mimir.Numerics;
using Mimir.Spdz.Tape;
using Mimir.Spdz.Tests.Simulation;

namespace Mimir.Spdz.Tests.Malicious;

/// <summary>Cheats where logits go to the owner: nothing wrong is released, and nothing wrong is used.</summary>
public sealed class LogitsToOwnerTests
{
    [Fact]
    public async Task Every_online_opening_of_a_step_is_protected()
    {
        var random = new Random(41);
        var log = await RoundLog.RecordAsync(Group(1));
        foreach (var (round, kind, bytes) in log.Rounds("online"))
        {
            if (kind != RoundKind.Opening) continue;
            var (cheater, index, delta) = (random.Next(2), random.Next(Cheat.Elements(bytes)), (double)random.NextInt64(1, Field.Prime));
            var group = Group(1, wrap: (mesh, phase) => phase != "online" || mesh.Index != cheater ? mesh : new TamperingMesh(mesh, phase,
                m => m.Round == round ? Cheat.AddOpened(m.Bytes, index, delta) : m.Bytes));
            await Cheat.CaughtAsync<MacCheckFailedException>(group, 0);
        }
    }

    /// <summary>A wrong MAC of a mask of logits: the check before the release fails.</summary>
    [Fact]
    public async Task A_wrong_number_dealt_for_logits()
    {
        var parts = await SectionMap.StepAsync(Model.Layout, Group(1).Plan, 0);
        var part = Assert.Single(parts, p => p.Name == "tag");
        Assert.Equal(Model.Layout.VocabularySize, part.Length);
        foreach (var index in (long[])[0, part.Length - 1])
            await Cheat.CaughtAsync<MacCheckFailedException>(Group(1, wrapTape: (stream, party) => new TamperingStream(stream, party, true,
                w => [w.Kind == (byte)TapeKind.Step ? w.Add(part.Start + index, 1).Bytes : w.Bytes])), 0);
    }

    /// <summary>The client's keys are not the parties': the proof of the masks shows it, and no prompt leaves.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Other_keys_for_the_client(int key)
    {
        var clients = new LocalClients
        {
            Prompts = [[7]],
            AlterLogitsKeys = keys =>
            {
                keys[key][5] ^= 1;
                return keys;
            },
        };
        await Cheat.CaughtAsync<DealerCheatedException>(Group(1, clients), 0);
    }

    [Fact]
    public async Task No_keys_for_the_client() =>
        await Cheat.CaughtAsync<DealerCheatedException>(Group(1, new LocalClients { Prompts = [[7]], AlterLogitsKeys = _ => [] }), 0);

    [Fact]
    public async Task A_party_that_alters_its_copy_of_the_logits() =>
        await Cheat.CaughtAsync<OutputMismatchException>(
            Group(1, new LocalClients { Prompts = [[7]], AlterOutput = (party, _, value) => party == 1 ? Field.Add(value, 1) : value }), 1);

    /// <summary>The owner tells the parties different next tokens: they compare before anything that depends on it is released.</summary>
    [Fact]
    public async Task Different_next_tokens_for_the_parties() =>
        await Cheat.CaughtAsync<EquivocationException>(
            Group(3, new LocalClients { Prompts = [[7]], AlterInput = (party, part, values) => part == 2 && party == 1 ? [Field.Add(values[0], 1)] : values }), 2);

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(-1.0)]
    public async Task A_next_token_that_is_no_field_element(double value) =>
        await Cheat.CaughtAsync<MalformedMessageException>(
            Group(3, new LocalClients { Prompts = [[7]], AlterInput = (party, part, values) => part == 1 ? [value] : values }), 1);

    private static PublicWeights Model { get; } = new(TinyModel.Llama(1));

    private static LocalGroup Group(
        int tokens, LocalClients? clients = null, Func<Channels.IMesh, string, Channels.IMesh>? wrap = null, Func<Stream, int, Stream>? wrapTape = null) => new()
    {
        Model = Model,
        Plan = Plans.Single(1, tokens) with { AuditRate = 0, LogitsToOwner = true },
        Clients = clients ?? new LocalClients { Prompts = [[7]] },
        WrapMesh = wrap ?? ((mesh, _) => mesh),
        WrapTape = wrapTape ?? ((stream, _) => stream),
    };
}
