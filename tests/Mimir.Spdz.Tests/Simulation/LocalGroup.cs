using Mimir.Models.Transformers;
using Mimir.Spdz.Channels;
using Mimir.Spdz.Masking;
using Mimir.Spdz.Opening;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Sessions;
using Mimir.Spdz.Tape;

namespace Mimir.Spdz.Tests.Simulation;

/// <summary>
/// All roles in one process over in-memory channels, with the seams where a test makes one of them cheat. The production classes run
/// unchanged; only what travels between them can be altered.
/// </summary>
internal sealed class LocalGroup
{
    public required IWeightSource Model { get; init; }

    public required SessionPlan Plan { get; init; }

    public int Parties { get; init; } = 2;

    /// <summary>What party i takes for the plan.</summary>
    public Func<int, SessionPlan, SessionPlan> AlterPlan { get; init; } = (_, plan) => plan;

    public bool Active { get; init; } = true;

    /// <summary>Wraps party i's mesh; phase is "load", "online" or "offline".</summary>
    public Func<IMesh, string, IMesh> WrapMesh { get; init; } = (mesh, _) => mesh;

    /// <summary>Wraps the dealer's end of the stream to party i.</summary>
    public Func<Stream, int, Stream> WrapTape { get; init; } = (stream, _) => stream;

    /// <summary>Wraps the model owner's end of the stream to party i.</summary>
    public Func<Stream, int, Stream> WrapOwner { get; init; } = (stream, _) => stream;

    public LocalClients Clients { get; init; } = new();

    public SessionStatistics[] Statistics { get; private set; } = [];

    public long BytesDealt { get; private set; }

    public long StepsAudited { get; private set; }

    /// <summary>Runs the whole session; rethrows the first failure of a role after all have ended.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var source = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var tapes = Enumerable.Range(0, Parties).Select(_ => DuplexMemoryStream.Pair()).ToArray();
        var owners = Enumerable.Range(0, Parties).Select(_ => DuplexMemoryStream.Pair()).ToArray();
        var meshes = new[] { "load", "online", "offline" }.Select(phase => MemoryMesh.Create(Parties).Select(m => WrapMesh(m, phase)).ToArray()).ToArray();
        Statistics = new SessionStatistics[Parties];
        Clients.Attach(this);

        var roles = new List<Task> { DealAsync(tapes, owners, source.Token) };
        for (var i = 0; i < Parties; i++)
        {
            var index = i;
            roles.Add(Task.Run(() => PartyAsync(index, meshes, tapes[index].B, owners[index].B, source.Token), CancellationToken.None));
        }
        roles.Add(Clients.RunAsync(source.Token));
        var failures = new List<Exception>();
        while (roles.Count > 0)
        {
            var done = await Task.WhenAny(roles);
            roles.Remove(done);
            if (done.IsCompletedSuccessfully) continue;
            if (done.Exception?.InnerException is { } e) failures.Add(e);
            await source.CancelAsync();
        }
        if (failures.Find(f => f is ProtocolViolation) is { } violation) throw violation;
        if (failures.Count > 0) throw new AggregateException(failures);
        cancellation.ThrowIfCancellationRequested();
    }

    private async Task DealAsync((Stream A, Stream B)[] tapes, (Stream A, Stream B)[] owners, CancellationToken cancellation)
    {
        var sender = new TapeSender([.. tapes.Select((t, i) => WrapTape(t.A, i))]);
        var (model, keys) = await Task.Run(() => DealerModel.DealAsync(Model.Layout, Active, sender, cancellation), cancellation);
        await MaskedWeights.SendAsync(Model, keys, Plan.FractionBits, [.. owners.Select((o, i) => WrapOwner(o.A, i))], null, cancellation);
        var session = new DealerSession(model, Plan, sender, Clients);
        await Task.Run(() => session.RunAsync(cancellation), cancellation);
        (BytesDealt, StepsAudited) = (session.BytesDealt, session.StepsAudited);
    }

    private async Task PartyAsync(int index, IMesh[][] meshes, Stream tape, Stream owner, CancellationToken cancellation)
    {
        var receiver = new TapeReceiver(tape);
        using var model = await PartyModel.LoadAsync(Model.Layout, Active, meshes[0][index], receiver, owner, cancellation);
        using var session = new PartySession(model, AlterPlan(index, Plan), meshes[1][index], meshes[2][index], receiver, Clients.Port(index), "test"u8);
        Statistics[index] = session.Statistics;
        await session.RunAsync(cancellation);
        await tape.DisposeAsync();
    }
}
