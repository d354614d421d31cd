namespace Mimir.Gateway.Clusters;

/// <summary>GET /mimir/v1/cluster.</summary>
/// <param name="Coordinator">Where it is and whether it answers.</param>
/// <param name="Parties">Everybody who holds or could hold a part of the model.</param>
/// <param name="TripleService">The dealer, or null.</param>
/// <param name="TapeStock">Randomness.</param>
/// <param name="Owner">Whose gateway this is.</param>
/// <param name="Model">The first offered model's name.</param>
/// <param name="Models">All of them.</param>
/// <param name="Security">active or passive; null while nothing is shared.</param>
/// <param name="Weights">secret or public; null while nothing is shared.</param>
/// <param name="PolicySet">Whether evidence is demanded.</param>
/// <param name="Leakage">What a session reveals to whom, one line per fact.</param>
internal sealed record ClusterReportBody(
    CoordinatorReport Coordinator, IReadOnlyList<PartyReport> Parties, PartyReport? TripleService, TapeReport TapeStock, string Owner, string Model,
    IReadOnlyList<ModelReport> Models, string? Security, string? Weights, bool PolicySet, IReadOnlyList<string> Leakage);

/// <summary>The coordinator.</summary>
internal sealed record CoordinatorReport(string Address, bool Connected, string? Detail);

/// <summary>A party or Triple Service.</summary>
internal sealed record PartyReport(string Name, string Role, bool Connected, AttestationReport Attestation);

/// <summary>What this gateway found out about a worker's evidence itself.</summary>
/// <param name="Verdict">verified, not_demanded, refused or absent (it is not connected).</param>
/// <param name="Detail">For people.</param>
internal sealed record AttestationReport(string Verdict, string Detail);

/// <summary>Randomness: dealt for each session while it runs, so many steps ahead of need; there is none before a session.</summary>
/// <param name="StepsAhead">Steps whose sections are dealt together and kept ready (triple_pool.min_size).</param>
/// <param name="Ready">The Triple Service is there to deal them.</param>
internal sealed record TapeReport(int StepsAhead, bool Ready);

/// <summary>A model of this gateway.</summary>
internal sealed record ModelReport(string Name, bool Ready, string? Detail, int ContextLength);

/// <summary>GET /readyz.</summary>
internal sealed record ReadyReport(bool Ready, CoordinatorReport? Coordinator, IReadOnlyList<PartyReport>? Parties, TapeReport? TapeStock, IReadOnlyList<ModelReport>? Models);

/// <summary>GET /healthz.</summary>
internal sealed record HealthReport(string Status);
