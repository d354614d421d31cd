namespace Mimir.Trust.Attestation.Tdx;

/// <summary>Intel's judgement of one platform, its TDX module and its quoting enclave, out of verified collateral.</summary>
public sealed record TdxTcb
{
    /// <summary>The platform's level; null when no level covers it.</summary>
    public required TcbJudgement? Platform { get; init; }

    /// <summary>The TDX module's level; null when the module has no levels of its own (major version 0), or none covers it.</summary>
    public required TcbJudgement? Module { get; init; }

    /// <summary>The quoting enclave's level; null when none covers it.</summary>
    public required TcbJudgement? QuotingEnclave { get; init; }

    /// <summary>Whether platform, module and quoting enclave are all covered.</summary>
    public required bool IsSupported { get; init; }

    /// <summary>The smaller number of TCB info and QE identity: by which of Intel's evaluations was judged.</summary>
    public required int EvaluationDataNumber { get; init; }

    /// <summary>The worst of all judgements; null when something is not covered.</summary>
    public TcbStatus? Status => IsSupported
        ? Judgements.Aggregate(TcbStatus.UpToDate, (worst, judgement) => worst.WorstWith(judgement.Status))
        : null;

    /// <summary><see cref="Status"/> as Intel spells it, or UNSUPPORTED.</summary>
    public string StatusName => Status?.ToString() ?? TcbStatuses.Unsupported;

    /// <summary>The oldest tcbDate of all judgements: everything known up to here is mitigated.</summary>
    public DateTimeOffset? Date => Judgements.Select(judgement => (DateTimeOffset?)judgement.Date).Min();

    /// <summary>All advisories, each once, in order.</summary>
    public IReadOnlyList<string> Advisories => [.. Judgements.SelectMany(judgement => judgement.Advisories).Distinct().Order(StringComparer.Ordinal)];

    private IEnumerable<TcbJudgement> Judgements => new[] { Platform, Module, QuotingEnclave }.OfType<TcbJudgement>();

    internal ClaimFields Fields
    {
        get
        {
            var fields = new ClaimFields { { "status", StatusName } };
            if (Platform is { } platform) fields.Add("platform", platform.Status.ToString());
            if (Module is { } module) fields.Add("module", module.Status.ToString());
            if (QuotingEnclave is { } enclave) fields.Add("quoting_enclave", enclave.Status.ToString());
            if (Date is { } date) fields.Add("date", date);
            fields.Add("evaluation_data_number", (ulong)EvaluationDataNumber);
            fields.Add("advisories", Advisories);
            return fields;
        }
    }
}
