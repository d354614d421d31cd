using System.Threading.Channels;
using Google.Protobuf;
using Mimir.Models.Transformers;
using Mimir.Spdz;
using Mimir.Transport.Protos;
using Mimir.Transport.Sessions;
using Mimir.Trust;

namespace Mimir.Services.Coordination;

/// <summary>A model and the workers that hold it, or are loading it.</summary>
internal sealed class Group
{
    private readonly Lock _lock = new();
    private readonly Channel<ModelEvent> _events = Channel.CreateUnbounded<ModelEvent>();
    private readonly HashSet<Worker> _loading;
    private readonly FailureCollector _failures;
    private readonly ByteString _descriptor;
    private string _ended = "";

    /// <summary>Describes the group.</summary>
    public Group(ModelTerms terms, PeerIdentity modelOwner, IReadOnlyList<Worker> parties, Worker tripleService, int maxLanes, TimeProvider clock)
    {
        Layout = ModelLayoutCodec.Read(terms.Layout.Span);
        LayoutDigest = ByteString.CopyFrom(ModelLayoutCodec.Digest(Layout));
        (Terms, Parties, TripleService) = (terms, parties, tripleService);
        Members = [.. parties, tripleService];
        Admission = new Admission(maxLanes);
        _loading = [.. parties];
        _failures = new FailureCollector(clock, Fail);
        var descriptor = new GroupDescriptor
        {
            Group = Id.ToByteString(),
            ModelName = terms.Name,
            Layout = terms.Layout,
            Security = terms.Security,
            ScaleBits = terms.ScaleBits,
            TripleService = tripleService.Address,
            ModelOwner = modelOwner.ToCertificate(),
        };
        descriptor.Parties.AddRange(parties.Select(p => p.Address));
        _descriptor = descriptor.ToByteString();
    }

    /// <summary>Its name.</summary>
    public SessionId Id { get; } = SessionId.New();

    /// <summary>What the model owner asked for.</summary>
    public ModelTerms Terms { get; }

    /// <summary>The public part of the model.</summary>
    public ModelLayout Layout { get; }

    /// <summary>Its SHA-256.</summary>
    public ByteString LayoutDigest { get; }

    /// <summary>In index order.</summary>
    public IReadOnlyList<Worker> Parties { get; }

    /// <summary>The dealer.</summary>
    public Worker TripleService { get; }

    /// <summary>All of them.</summary>
    public IReadOnlyList<Worker> Members { get; }

    /// <summary>Who of the sessions may run.</summary>
    public Admission Admission { get; }

    /// <summary>What the model owner is to be told.</summary>
    public ChannelReader<ModelEvent> Events => _events.Reader;

    /// <summary>Sessions may run on it.</summary>
    public bool IsReady { get; private set; }

    /// <summary>It will never be ready (again).</summary>
    public bool IsDead { get; private set; }

    /// <summary>Its place among all that were shared.</summary>
    public int Number { get; init; }

    /// <summary>What everybody may know of it.</summary>
    public ModelInCluster Describe()
    {
        lock (_lock)
        {
            var model = new ModelInCluster
            {
                Name = Terms.Name,
                LayoutDigest = LayoutDigest,
                Security = Terms.Security,
                ScaleBits = Terms.ScaleBits,
                TripleService = TripleService.Identity.ToRef(),
                State = IsDead ? ModelState.Gone : IsReady ? ModelState.Ready : ModelState.Loading,
                Ended = _ended,
            };
            model.Parties.AddRange(Parties.Select(p => p.Identity.ToRef()));
            return model;
        }
    }

    /// <summary>Tells the members to load.</summary>
    public void Start()
    {
        _events.Writer.TryWrite(new ModelEvent { Descriptor_ = _descriptor });
        foreach (var member in Members) member.Send(new WorkerCommand { ModelStart = _descriptor });
    }

    /// <summary>A party holds its share.</summary>
    public void Ready(Worker worker)
    {
        lock (_lock)
        {
            if (!_loading.Remove(worker) || _loading.Count > 0 || IsDead || !_failures.Close()) return;
            IsReady = true;
        }
        _events.Writer.TryWrite(new ModelEvent { Ready = true });
        _events.Writer.TryComplete();
    }

    /// <summary>A member reports that loading failed.</summary>
    public void Report(SessionFailed failed) => _failures.Report(failed);

    /// <summary>A member or the model owner is gone for certain, or a session on the group failed its check.</summary>
    public void Lose(SessionFailed failed)
    {
        if (IsReady) Kill(failed.Message);
        else _failures.Conclude(failed);
    }

    private void Fail(SessionFailed failed)
    {
        Kill(failed.Message);
        _events.Writer.TryWrite(new ModelEvent { Failed = failed });
        _events.Writer.TryComplete();
    }

    private void Kill(string message)
    {
        lock (_lock)
        {
            if (IsDead) return;
            (IsDead, IsReady, _ended) = (true, false, message);
        }
        foreach (var member in Members)
            member.Send(new WorkerCommand { End = new SessionEnd { Session = Id.ToByteString(), Reason = EndReason.Failed, Message = message } });
    }
}
