using Mimir.Numerics;
using Mimir.Spdz.Tests.Simulation;

namespace Mimir.Spdz.Tests.Malicious;

/// <summary>Cheats between clients, parties and dealer: masks, inputs, output copies, verdicts; and the model owner's E.</summary>
public sealed class ClientTests
{
    [Fact]
    public async Task The_harness_itself_lets_an_honest_session_pass()
    {
        var model = TinyModel.Llama();
        var group = new LocalGroup
        {
            Model = model,
            Parties = 3,
            Plan = Cheat.Plan,
            Clients = Cheat.Clients,
            WrapMesh = (mesh, phase) => new TamperingMesh(mesh, phase, m => m.Bytes),
            WrapTape = (stream, party) => new TamperingStream(stream, party, true, w => [w.Bytes]),
            WrapOwner = (stream, party) => new TamperingStream(stream, party, false, w => [w.Bytes]),
        };
        await group.RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal(model.Greedy(Cheat.Prompt, 3), group.Clients.Tokens["alice"]);
        Assert.Equal([3, 3, 3], group.Clients.Released);
    }

    /// <summary>Any one of the masks that the dealer gives a client: the burnt one, an input's, an output's.</summary>
    [Fact]
    public async Task Other_masks_for_the_client_than_for_the_parties()
    {
        for (var i = 0; i < 6; i++)
        {
            var index = i;
            var clients = new LocalClients { Prompts = [Cheat.Prompt], AlterMasks = masks => Change(masks, index) };
            await Cheat.CaughtAsync<DealerCheatedException>(Session(clients), 0);
        }
    }

    [Fact]
    public async Task Too_few_masks_or_masks_that_are_no_field_elements()
    {
        await Cheat.CaughtAsync<DealerCheatedException>(Session(new LocalClients { Prompts = [Cheat.Prompt], AlterMasks = m => m[1..] }), 0);
        var clients = new LocalClients { Prompts = [Cheat.Prompt], AlterMasks = m => [.. m[..^1], double.NaN] };
        await Cheat.CaughtAsync<DealerCheatedException>(Session(clients), 0);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task An_input_that_differs_between_parties_is_equivocation(int parties)
    {
        for (var index = 0; index < 2; index++)
        {
            var place = index;
            var clients = new LocalClients
            {
                Prompts = [Cheat.Prompt],
                AlterInput = (party, _, values) => party == parties - 1 ? Change(values, place) : values,
            };
            await Cheat.CaughtAsync<EquivocationException>(Session(clients, parties), 0);
        }
    }

    [Fact]
    public async Task Inputs_of_the_wrong_number_or_outside_the_field()
    {
        var clients = new LocalClients { Prompts = [Cheat.Prompt], AlterInput = (_, _, values) => values[1..] };
        await Cheat.CaughtAsync<MalformedMessageException>(Session(clients), 0);
        clients = new LocalClients { Prompts = [Cheat.Prompt], AlterInput = (_, _, values) => [-1, .. values[1..]] };
        await Cheat.CaughtAsync<MalformedMessageException>(Session(clients), 0);
    }

    [Theory]
    [InlineData(2, 0)]
    [InlineData(2, 2)]
    [InlineData(3, 1)]
    public async Task An_altered_output_copy_is_not_used(int parties, int number)
    {
        var clients = new LocalClients
        {
            Prompts = [Cheat.Prompt],
            AlterOutput = (party, n, value) => party == 1 && n == number ? Field.Add(value, 1) : value,
        };
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await Assert.ThrowsAsync<OutputMismatchException>(() => Session(clients, parties).RunAsync(limit.Token));
        Assert.Equal(number, clients.Tokens["alice"].Count);
    }

    [Fact]
    public async Task Output_copies_that_all_say_something_impossible_are_not_used()
    {
        var clients = new LocalClients { Prompts = [Cheat.Prompt], AlterOutput = (_, n, value) => n == 1 ? Field.Add(value, 1L << 40) : value };
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await Assert.ThrowsAsync<OutputMismatchException>(() => Session(clients).RunAsync(limit.Token));
        Assert.Single(clients.Tokens["alice"]);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_party_that_reports_another_verdict(int parties)
    {
        var group = new LocalGroup
        {
            Model = TinyModel.Llama(),
            Parties = parties,
            Plan = Plans.Single(2, 3) with { AuditRate = 0, BlockSteps = 2 },
            Clients = Cheat.Clients,
            WrapTape = (stream, party) => new TamperingStream(stream, party, true, w => [w.Bytes])
            {
                AlterRead = bytes => bytes.Span[0] ^= party == 1 ? (byte)1 : (byte)0,
            },
        };
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await Assert.ThrowsAsync<EquivocationException>(() => group.RunAsync(limit.Token));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Another_E_for_one_party_is_equivocation(int parties)
    {
        var random = new Random(6);
        for (var i = 0; i < 4; i++)
        {
            var chosen = random.Next(10);
            await Cheat.CaughtAsync<EquivocationException>(Owner(parties, (party, write, bytes) =>
                party == 1 && write == chosen ? Cheat.Add(bytes, chosen % 8, 1) : bytes), 0);
        }
    }

    [Fact]
    public Task An_E_outside_the_field() => Cheat.CaughtAsync<MalformedMessageException>(Owner(2, (party, write, bytes) =>
    {
        if (write == 3) BitConverter.TryWriteBytes(bytes.AsSpan(16), Field.P);
        return bytes;
    }), 0);

    [Fact]
    public Task An_E_that_ends_early() => Cheat.CaughtAsync<PeerLostException>(Owner(2, (party, write, bytes) => write < 4 ? bytes : []), 0);

    private static LocalGroup Owner(int parties, Func<int, int, byte[], byte[]> alter) => new()
    {
        Model = TinyModel.Llama(),
        Parties = parties,
        Plan = Cheat.Plan,
        Clients = Cheat.Clients,
        WrapOwner = (stream, party) =>
        {
            var write = 0;
            return new TamperingStream(stream, party, false, w =>
            {
                var bytes = alter(party, write++, w.Bytes);
                if (bytes.Length > 0) return [bytes];
                stream.Dispose();
                return [];
            });
        },
    };

    private static LocalGroup Session(LocalClients clients, int parties = 2) =>
        new() { Model = TinyModel.Llama(), Parties = parties, Plan = Cheat.Plan, Clients = clients };

    private static double[] Change(double[] values, int index)
    {
        values[index] = Field.Add(values[index], 1);
        return values;
    }
}
