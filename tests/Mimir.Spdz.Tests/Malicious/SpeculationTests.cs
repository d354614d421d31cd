using Mimir.Numerics;
using Mimir.Spdz.Tests.Simulation;

namespace Mimir.Spdz.Tests.Malicious;

/// <summary>Cheats around guesses: an owner can spoil its own text, and nobody can make parties go on differently.</summary>
public sealed class SpeculationTests
{
    private static readonly int[] Prompt = [7];
    private static readonly TinyModel Model = TinyModel.Llama(1);

    /// <summary>
    /// An owner that calls wrong guesses right gets what it would get had it put them into its prompt: the model's continuation of a text that is not the
    /// model's. Nobody else's affair.
    /// </summary>
    [Fact]
    public async Task An_owner_that_lies_about_its_guesses_spoils_its_own_text_only()
    {
        var greedy = Model.Greedy(Prompt, 2);
        int[] wrong = [(greedy[1] + 1) % Model.Layout.VocabularySize, 3];
        var group = Group(new LocalClients
        {
            Prompts = [Prompt],
            Drafter = new ScriptedDrafter([7, greedy[0], .. wrong], _ => false, Model.Layout.VocabularySize),
            AlterAccepted = (_, part, accepted) => part == 2 ? 2 : accepted,
            StopAfter = 3,
        });
        await group.RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal([.. greedy, Model.Greedy([7, greedy[0], .. wrong, greedy[1]], 1)[0]], group.Clients.Tokens["alice"]);
    }

    [Theory]
    [InlineData(2, 3, 4)]
    [InlineData(2, -1, 4)]
    [InlineData(1, 1, 1)]
    public async Task More_right_guesses_than_there_were(int part, int accepted, int released) =>
        await Cheat.CaughtAsync<MalformedMessageException>(
            Group(new LocalClients { Prompts = [Prompt], AlterAccepted = (_, at, value) => at == part ? accepted : value }), released);

    /// <summary>Parties that hear different numbers of right guesses notice before anything that depends on them is released.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Different_numbers_of_right_guesses_for_the_parties(int parties) =>
        await Cheat.CaughtAsync<EquivocationException>(Group(new LocalClients
        {
            Prompts = [Prompt],
            AlterAccepted = (party, part, accepted) => part == 2 && party == 1 ? 1 - Math.Min(accepted, 1) : accepted,
        }, parties), 4);

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task Different_guesses_for_the_parties(int index) =>
        await Cheat.CaughtAsync<EquivocationException>(Group(new LocalClients
        {
            Prompts = [Prompt],
            AlterInput = (party, part, values) => part == 2 && party == 1 ? [.. values.Select((v, i) => i == index ? Field.Add(v, 1) : v)] : values,
        }), 4);

    /// <summary>A bit flipped anywhere in the messages of a run, of the token's lane or a guess's: nothing of the run is released.</summary>
    [Fact]
    public async Task Every_opening_of_a_run_is_protected()
    {
        var random = new Random(19);
        var log = await RoundLog.RecordAsync(Group(new LocalClients { Prompts = [Prompt] }));
        var questions = log.Rounds("online").Where(r => r.Kind == RoundKind.Stop).Select(r => r.Round).ToArray();
        var openings = log.Rounds("online").Where(r => r.Kind == RoundKind.Opening && r.Round > questions[1] && r.Round < questions[2]).ToArray();
        for (var i = 0; i < 20; i++)
        {
            var (round, _, bytes) = openings[random.Next(openings.Length)];
            var place = random.Next(bytes);
            var group = Group(new LocalClients { Prompts = [Prompt] }, wrap: (mesh, phase) => phase != "online" || mesh.Index != 1 ? mesh : new TamperingMesh(mesh, phase,
                m => m.To < 0 && m.Round == round ? Cheat.Flip(m.Bytes, place) : m.Bytes));
            await Cheat.CaughtAsync<ProtocolViolation>(group, 1, cheater: 1);
        }
    }

    private static LocalGroup Group(LocalClients clients, int parties = 2, Func<Channels.IMesh, string, Channels.IMesh>? wrap = null) => new()
    {
        Model = Model,
        Parties = parties,
        Plan = Plans.Single(1, 6) with { AuditRate = 0, Speculate = 2 },
        Clients = clients,
        WrapMesh = wrap ?? ((mesh, _) => mesh),
    };
}
