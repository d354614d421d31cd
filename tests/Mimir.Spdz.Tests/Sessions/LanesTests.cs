using System.Buffers.Binary;
using Mimir.Spdz.Channels;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Sessions;
using Mimir.Spdz.Tests.Simulation;

namespace Mimir.Spdz.Tests.Sessions;

/// <summary>Several sessions on one model: they share steps, and none of them notices.</summary>
public sealed class LanesTests
{
    private static readonly int[][] Prompts = [[3, 17, 30, 8], [21], [5, 9, 12, 36, 2, 2, 7], [1, 2]];

    [Theory]
    [InlineData(true, 2, true)]
    [InlineData(false, 3, true)]
    [InlineData(true, 2, false)]
    public async Task Sessions_run_together_and_get_the_tokens_they_would_get_alone(bool llama, int parties, bool active)
    {
        var model = llama ? TinyModel.Llama() : TinyModel.Gpt2();
        await using var stages = await LocalStages.LoadAsync(model, parties, active, together: 3);
        var sessions = await Task.WhenAll(Prompts[..3].Select(p => stages.RunAsync(Plan(p), new LocalClients { Prompts = [p] })));
        for (var i = 0; i < 3; i++) Assert.Equal(model.Greedy(Prompts[i], 8), sessions[i].Tokens["alice"].Take(8));
        Assert.All(stages.Stages, s => Assert.Equal(3, s.MostLanes));
    }

    [Fact]
    public async Task Sampling_does_not_depend_on_company()
    {
        var model = TinyModel.Llama();
        await using var stages = await LocalStages.LoadAsync(model, together: 4);
        var plans = Prompts.Select((p, i) => Plan(p) with { Temperature = 2, NoiseSeed = 20 + i }).ToArray();
        var company = await Task.WhenAll(Prompts.Select((p, i) => stages.RunAsync(plans[i], new LocalClients { Prompts = [p] })));
        for (var i = 0; i < 4; i++)
        {
            var alone = new LocalGroup { Model = model, Plan = plans[i], Clients = new LocalClients { Prompts = [Prompts[i]] } };
            await alone.RunAsync(TestContext.Current.CancellationToken);
            Assert.Equal(alone.Clients.Tokens["alice"], company[i].Tokens["alice"]);
        }
    }

    [Fact]
    public async Task Sessions_join_and_leave_between_steps()
    {
        var model = TinyModel.Llama();
        await using var stages = await LocalStages.LoadAsync(model);
        var started = Prompts.Select(_ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).ToArray();
        started[0].SetResult();
        var running = Prompts.Select(async (p, i) =>
        {
            await started[i].Task;
            var clients = new LocalClients { Prompts = [p], AlterOutput = (_, number, value) =>
            {
                // The next one comes in the middle of this one.
                if (number == 2 && i + 1 < started.Length) started[i + 1].TrySetResult();
                return value;
            } };
            return (await stages.RunAsync(Plan(p), clients)).Tokens["alice"];
        });
        var tokens = await Task.WhenAll(running);
        for (var i = 0; i < Prompts.Length; i++) Assert.Equal(model.Greedy(Prompts[i], 8), tokens[i].Take(8));
    }

    /// <summary>Cancelled at one party only, or at both: at any time; the others get their tokens.</summary>
    [Theory]
    [InlineData(0, 1)]
    [InlineData(0, 3)]
    [InlineData(1, 0)]
    [InlineData(1, 5)]
    public async Task A_session_that_dies_does_not_stop_the_others(int first, int atOutput)
    {
        var model = TinyModel.Llama();
        await using var stages = await LocalStages.LoadAsync(model, together: 3);
        using CancellationTokenSource stopFirst = new(), stopSecond = new();
        var stop = first == 0 ? new[] { stopFirst, stopSecond } : [stopSecond, stopFirst];
        var dying = stages.RunAsync(Plan(Prompts[0]), new LocalClients { Prompts = [Prompts[0]], AlterOutput = (party, number, value) =>
        {
            if (number == atOutput && party == first) stopFirst.Cancel();
            if (number == atOutput + 1) stopSecond.Cancel();
            return value;
        } }, [.. stop.Select(s => s.Token)]);
        var others = await Task.WhenAll(Prompts[1..3].Select(p => stages.RunAsync(Plan(p), new LocalClients { Prompts = [p] })));
        for (var i = 0; i < 2; i++) Assert.Equal(model.Greedy(Prompts[i + 1], 8), others[i].Tokens["alice"].Take(8));
        var error = await Assert.ThrowsAnyAsync<Exception>(() => dying);
        Assert.True(error is OperationCanceledException or PeerLostException, error.ToString());
    }

    [Fact]
    public async Task A_client_that_never_comes_is_not_waited_for()
    {
        var model = TinyModel.Llama();
        await using var stages = await LocalStages.LoadAsync(model, together: 2);
        using var stop = new CancellationTokenSource();
        var never = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var late = stages.RunAsync(Plan(Prompts[0]), new LocalClients { Prompts = [Prompts[0]], Before = never.Task }, [stop.Token, stop.Token]);
        var others = await Task.WhenAll(Prompts[1..3].Select(p => stages.RunAsync(Plan(p), new LocalClients { Prompts = [p] })));
        for (var i = 0; i < 2; i++) Assert.Equal(model.Greedy(Prompts[i + 1], 8), others[i].Tokens["alice"].Take(8));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => late);
    }

    /// <summary>An altered opening in a common round: the session it belongs to fails its check, and releases nothing more.</summary>
    [Fact]
    public async Task A_lie_in_one_lane_fails_that_session_only()
    {
        var model = TinyModel.Llama();
        var (round, lied) = (0, false);
        // A list of sessions is 256 bytes; of what else is sent, the first bits are of the first lane's first element.
        await using var stages = await LocalStages.LoadAsync(model, together: 3, wrapLanes: mesh => mesh.Index != 1 ? mesh : new AlteringMesh(mesh, bytes =>
        {
            if (round++ < 120 || lied || bytes.Length == 256) return bytes;
            lied = true;
            return Malicious.Cheat.Flip(bytes, 0);
        }));
        var sessions = Prompts[..3].Select(p => stages.RunAsync(Plan(p), new LocalClients { Prompts = [p] })).ToArray();
        await Task.WhenAll(sessions).ContinueWith(_ => { }, TaskScheduler.Default);
        var failed = sessions.Where(s => s.IsFaulted).ToArray();
        Assert.IsType<MacCheckFailedException>(Assert.Single(failed).Exception!.InnerException);
        for (var i = 0; i < 3; i++)
            if (!sessions[i].IsFaulted) Assert.Equal(model.Greedy(Prompts[i], 8), (await sessions[i]).Tokens["alice"].Take(8));
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(99UL)]
    public async Task A_list_that_names_nobody_or_a_stranger_ends_all(ulong id)
    {
        var rounds = 0;
        await using var stages = await LocalStages.LoadAsync(TinyModel.Llama(), together: 2, wrapLanes: mesh => mesh.Index != 0 ? mesh : new AlteringMesh(mesh, bytes =>
        {
            if (rounds++ > 0) return bytes;
            bytes.AsSpan().Clear();
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, id);
            return bytes;
        }));
        var sessions = Prompts[..2].Select(p => stages.RunAsync(Plan(p), new LocalClients { Prompts = [p] })).ToArray();
        foreach (var session in sessions)
        {
            var error = await Assert.ThrowsAnyAsync<Exception>(() => session);
            Assert.True(error is MalformedMessageException or PeerLostException or OperationCanceledException, error.ToString());
        }
    }

    private static SessionPlan Plan(int[] prompt) => Plans.Single(prompt.Length, 8, prompt.Length / 3) with { PrefillChunk = 3 };

    private sealed class AlteringMesh(IMesh inner, Func<byte[], byte[]> alter) : IMesh
    {
        public int Index => inner.Index;

        public int Count => inner.Count;

        public ValueTask ExchangeAsync(ReadOnlyMemory<byte> mine, Memory<byte>[] theirs, CancellationToken cancellation) =>
            inner.ExchangeAsync(alter(mine.ToArray()), theirs, cancellation);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
