using Mimir.Models.Transformers;
using Mimir.Spdz.Masking;
using Mimir.Spdz.Tape;
using Mimir.Spdz.Tests.Simulation;

namespace Mimir.Spdz.Tests.Malicious;

/// <summary>Cheats against a model with public weights: parties, dealer, model owner.</summary>
public sealed class PublicWeightsTests
{
    /// <summary>As <see cref="OpeningTests"/>: the cheater believes its own lie; every opening carries a MAC.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Every_online_opening_of_a_step_is_protected(bool llama)
    {
        var random = new Random(21);
        var log = await RoundLog.RecordAsync(OneStep(llama));
        var openings = log.Rounds("online").Where(r => r.Kind == RoundKind.Opening).ToArray();
        Assert.NotEmpty(openings);
        foreach (var (round, _, bytes) in openings)
        {
            var (cheater, index, delta) = (random.Next(2), random.Next(Cheat.Elements(bytes)), (double)random.NextInt64(1, Numerics.Field.Prime));
            var group = OneStep(llama, (mesh, phase) => phase != "online" || mesh.Index != cheater ? mesh : new TamperingMesh(mesh, phase,
                m => m.Round == round ? Cheat.AddOpened(m.Bytes, index, delta) : m.Bytes));
            await Cheat.CaughtAsync<MacCheckFailedException>(group, 0);
        }
    }

    /// <summary>What the parties received is compared by hash, any byte of it.</summary>
    [Fact]
    public async Task Other_weights_at_one_party_are_noticed_at_load()
    {
        var random = new Random(22);
        var model = new PublicWeights(TinyModel.Gpt2());
        foreach (var parties in (int[])[2, 3])
        {
            foreach (var at in (int[])[0, 1, 2, 100, 2000, (int)model.Layout.Matrices.Sum(PublicMatrix.WireBytes) - 2])
            {
                var written = 0;
                var group = new LocalGroup
                {
                    Model = model,
                    Parties = parties,
                    Plan = Cheat.Plan,
                    Clients = Cheat.Clients,
                    WrapOwner = (stream, party) => party != parties - 1 ? stream : new TamperingStream(stream, party, false, w =>
                    {
                        if (at >= written && at < written + w.Bytes.Length) w.Bytes[at - written] ^= 1;
                        written += w.Bytes.Length;
                        return [w.Bytes];
                    }),
                };
                await Cheat.CaughtAsync<EquivocationException>(group, 0);
            }
        }
    }

    [Theory]
    [InlineData(0, 34)]
    [InlineData(0, 255)]
    [InlineData(1, 255)]
    public async Task What_the_model_owner_may_not_send_is_refused(int fromTheEnd, byte value)
    {
        var model = new PublicWeights(TinyModel.Gpt2());
        long written = 0, at = fromTheEnd == 0 ? 0 : model.Layout.Matrices.Sum(PublicMatrix.WireBytes) - fromTheEnd;
        var group = new LocalGroup
        {
            Model = model,
            Plan = Cheat.Plan,
            Clients = Cheat.Clients,
            WrapOwner = (stream, party) => party != 0 ? stream : new TamperingStream(stream, party, false, w =>
            {
                if (at >= written && at < written + w.Bytes.Length) w.Bytes[at - written] = value;
                written += w.Bytes.Length;
                return [w.Bytes];
            }),
        };
        await Cheat.CaughtAsync<MalformedMessageException>(group, 0);
    }

    /// <summary>Truncation tuples of products, one-hot tables: a wrong number never yields a wrong token.</summary>
    [Fact]
    public async Task A_wrong_number_in_a_step_section_never_yields_a_wrong_token()
    {
        var random = new Random(23);
        var plan = Plans.Single(1, 1) with { AuditRate = 0 };
        var model = new PublicWeights(TinyModel.Llama(1));
        var honest = OneStep(true);
        await honest.RunAsync(TestContext.Current.CancellationToken);
        var (expected, caught) = (honest.Clients.Tokens["alice"].ToArray(), 0);
        foreach (var part in await SectionMap.StepAsync(model.Layout, plan, 0))
        {
            Assert.NotEqual("tag", part.Name);
            var (index, delta) = (part.Start + random.NextInt64(part.Length), (double)random.NextInt64(1, Numerics.Field.Prime));
            var group = OneStep(true, wrapTape: (stream, party) => new TamperingStream(stream, party, true,
                w => [w.Kind == (byte)TapeKind.Step ? w.Add(index, delta).Bytes : w.Bytes]));
            try
            {
                await group.RunAsync(TestContext.Current.CancellationToken);
                Assert.Equal(expected, group.Clients.Tokens["alice"]);
            }
            catch (MacCheckFailedException)
            {
                Assert.Equal([0, 0], group.Clients.Released);
                caught++;
            }
        }
        Assert.InRange(caught, 20, int.MaxValue);
    }

    /// <summary>What the dealer receives and deals does not depend on the weights: it is given the layout only.</summary>
    [Fact]
    public async Task The_dealer_sends_keys_only_and_hears_verdicts_only()
    {
        long heard = 0;
        var group = OneStep(false, wrapTape: (stream, party) => new TamperingStream(stream, party, true, w => [w.Bytes]) { AlterRead = m => heard += m.Length });
        await group.RunAsync(TestContext.Current.CancellationToken);
        Assert.InRange(heard, 1, 64 * 2);
    }

    private static LocalGroup OneStep(
        bool llama, Func<Channels.IMesh, string, Channels.IMesh>? wrap = null, Func<Stream, int, Stream>? wrapTape = null) => new()
    {
        Model = new PublicWeights(llama ? TinyModel.Llama(1) : TinyModel.Gpt2(1)),
        Plan = Plans.Single(1, 1) with { AuditRate = 0 },
        Clients = new LocalClients { Prompts = [[7]] },
        WrapMesh = wrap ?? ((mesh, _) => mesh),
        WrapTape = wrapTape ?? ((stream, _) => stream),
    };
}
