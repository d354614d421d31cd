using System.Collections.Concurrent;
using System.Security.Cryptography;
using Mimir.Services.Hosting;
using Mimir.Services.Workers;
using Mimir.Spdz;
using Mimir.Spdz.Blocks;
using Mimir.Spdz.Channels;
using Mimir.Spdz.Masking;
using Mimir.Spdz.Sessions;
using Mimir.Spdz.Tape;
using Mimir.Transport.Connections;
using Mimir.Transport.Meshes;
using Mimir.Transport.Protos;
using Mimir.Transport.Sessions;
using Mimir.Trust;

namespace Mimir.Services.Nodes;

/// <summary>One compute party: its connections and the shares of models that it holds.</summary>
internal sealed class Node(TlsSettings tls, PeerListener listener, Action<SealedEnvelope> outbox, Func<IMesh, string, IMesh> wrapMesh, long prefixBytes, PrivacyLimits privacy) : IWorker, IDisposable
{
    private static readonly TimeSpan ConnectWithin = TimeSpan.FromSeconds(30);
    private readonly ConcurrentDictionary<SessionId, (LentModel<HeldModel> Lent, HeldModel Held)> _models = [];

    /// <summary>This process's certificate, keys and trust.</summary>
    public TlsSettings Tls => tls;

    /// <summary>Connects with the group's members, receives the model's masks and E, opens and checks the tags.</summary>
    public async Task LoadAsync(VerifiedGroup group, CancellationToken cancellation)
    {
        var index = group.IndexOf(tls.Identity.Name);
        var owner = new AcceptFilter(Purpose.Model, group.Id, Role.ModelOwner, group.ModelOwner.Name, Key: group.ModelOwner.SpkiSha256);
        await using var connections = new Connections(cancellation);
        var connectingMesh = connections.Add(stop => MeshAsync(ConnectionIds.Load(group.Id), index, group.Parties, "load", stop));
        var connectingTape = connections.Add(stop => TapeAsync(group.Id, index, group.TripleService, stop));
        var connectingOwner = connections.Add(stop => listener.AcceptAsync(owner, ConnectWithin, stop));
        var (mesh, tape, weights) = (await connectingMesh, await connectingTape, await connectingOwner);
        await RequireSameGroupAsync(weights, group, cancellation);
        var lanes = await MeshAsync(ConnectionIds.Lanes(group.Id), index, group.Parties, "lanes", cancellation);
        try
        {
            var model = await PartyModel.LoadAsync(group.Layout, group.Active, mesh, new TapeReceiver(tape), weights, cancellation);
            var held = new HeldModel(model, new SharedStage(model, lanes, tls.Clock), new PrefixStore<PartyCache>(prefixBytes));
            _models[group.Id] = (new LentModel<HeldModel>(group, held), held);
        }
        catch
        {
            await lanes.DisposeAsync();
            throw;
        }
        await weights.WriteAsync(new byte[1], cancellation);
    }

    /// <inheritdoc/>
    public void Discard(SessionId group)
    {
        if (!_models.TryRemove(group, out var model)) return;
        // What runs on it ends too: a failed check may have told a cheater something about the MAC key.
        model.Held.Stage.Fail(new MalformedMessageException("the model was discarded, after a failed check in another session or because a member was lost; share it again"));
        model.Lent.Retire();
    }

    /// <inheritdoc/>
    public IWorkerSession Open(VerifiedSession session)
    {
        if (!_models.TryGetValue(session.Group, out var model))
            throw new MalformedMessageException("this node does not hold the session's model; share it again");
        session.RequireGroup(model.Lent.Group);
        privacy.Require(session.Plan);
        return new NodeSession(this, model.Lent, session, outbox);
    }

    /// <summary>A mesh among <paramref name="parties"/>.</summary>
    public async Task<IMesh> MeshAsync(SessionId id, int index, IReadOnlyList<VerifiedWorker> parties, string phase, CancellationToken cancellation) =>
        wrapMesh(await TlsMeshBuilder.ConnectAsync(tls, listener, id, index, [.. parties.Select(p => p.MeshPeer)], ConnectWithin, cancellation), phase);

    /// <summary>This party's tape of one model or session.</summary>
    public Task<PeerStream> TapeAsync(SessionId id, int index, VerifiedWorker dealer, CancellationToken cancellation) =>
        PeerDialer.ConnectAsync(
            tls,
            new DialRequest(dealer.Host, dealer.Port, Role.TripleService, dealer.Identity.Name, Purpose.Tape, id, index)
            {
                RetryFor = ConnectWithin,
                ExpectedKey = dealer.Identity.SpkiSha256,
            },
            cancellation);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var id in _models.Keys) Discard(id);
    }

    /// <summary>The model owner must have been told of the same group, layout and members before its weights are taken.</summary>
    private static async Task RequireSameGroupAsync(PeerStream owner, VerifiedGroup group, CancellationToken cancellation)
    {
        var digest = new byte[SHA256.HashSizeInBytes];
        await owner.ReadExactlyAsync(digest, cancellation);
        SealedPayloads.RequireDigest(digest, group.Digest.Span, owner.Peer.ToString());
    }
}
