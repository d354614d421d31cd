using Mimir.Spdz.Channels;
using Mimir.Spdz.Opening;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Sessions;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tests.Simulation;

namespace Mimir.Spdz.Tests.Malicious;

/// <summary>Calls that would undo the protocol's guarantees are refused.</summary>
public sealed class MisuseTests
{
    /// <summary>Two prompts under one mask would reveal their difference.</summary>
    [Fact]
    public void A_segment_is_masked_once()
    {
        var plan = Plans.Single(2, 1);
        using var client = new ClientSession(plan, "alice", 2, false, new double[ClientMasks.Count(plan, "alice")], [], 37);
        client.MaskInputs(0, [1, 2]);
        Assert.Throws<InvalidOperationException>(() => client.MaskInputs(0, [3, 4]));
    }

    [Fact]
    public void Nothing_is_masked_or_unmasked_before_the_masks_were_verified()
    {
        var plan = Plans.Single(2, 1);
        using var client = new ClientSession(plan, "alice", 2, true, new double[ClientMasks.Count(plan, "alice")], [], 37);
        Assert.Throws<InvalidOperationException>(() => client.MaskInputs(0, [1, 2]));
        Assert.Throws<InvalidOperationException>(() => client.Unmask(0, [5, 5], 37));
    }

    [Fact]
    public void A_negative_token_and_a_prompt_of_another_length_are_refused()
    {
        var plan = Plans.Single(2, 1);
        using var client = new ClientSession(plan, "alice", 2, false, new double[ClientMasks.Count(plan, "alice")], [], 37);
        Assert.Throws<ArgumentOutOfRangeException>(() => client.MaskInputs(0, [1, -1]));
        Assert.Throws<ArgumentException>(() => client.MaskInputs(0, [1]));
        Assert.Throws<ArgumentException>(() => client.MaskInputs(0, [1, 2, 3]));
    }

    /// <summary>After a failed check the opener is void: asking again must not yield a proof.</summary>
    [Fact]
    public async Task A_failed_check_cannot_be_repeated()
    {
        var meshes = MemoryMesh.Create(2);
        var outcomes = await Task.WhenAll(meshes.Select(async mesh =>
        {
            var party = new Party(mesh.Index, 2, true, 5, new Workspace());
            using var opener = new Opener(party, mesh, HmacDrbg.FromSystem());
            opener.RequireAgreement([(byte)mesh.Index]);
            var first = await Record.ExceptionAsync(async () => await opener.CheckAsync(0, CancellationToken.None));
            var second = await Record.ExceptionAsync(async () => await opener.CheckAsync(0, CancellationToken.None).AsTask().WaitAsync(TimeSpan.FromSeconds(20)));
            return (first, second);
        }));
        Assert.All(outcomes, o => Assert.IsType<EquivocationException>(o.first));
        Assert.All(outcomes, o => Assert.IsType<InvalidOperationException>(o.second));
    }

    public static TheoryData<string> BadPlans => ["tokens", "none", "context", "audit", "temperature", "uncertain", "receiver", "block", "twice"];

    [Theory]
    [MemberData(nameof(BadPlans))]
    public void A_plan_that_cannot_run_is_one_clear_line(string what)
    {
        var good = Plans.Single(4, 4);
        var plan = what switch
        {
            "tokens" => good with { MaxTokens = int.MaxValue },
            "none" => good with { MaxTokens = 0 },
            "context" => good with { MaxTokens = 30 },
            "audit" => good with { AuditRate = double.NaN },
            "temperature" => good with { Temperature = double.NaN },
            "uncertain" => good with { Uncertain = 4 },
            "receiver" => good with { Receivers = [] },
            "block" => good with { BlockSteps = 0 },
            _ => good with { Receivers = ["alice", "alice"] },
        };
        var error = Assert.Throws<ArgumentException>(() => plan.Validate(TinyModel.Llama().Layout, 2, 32));
        Assert.DoesNotContain('\n', error.Message);
    }
}
