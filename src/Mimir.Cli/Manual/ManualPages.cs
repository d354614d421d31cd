namespace Mimir.Cli.Manual;

/// <summary>What a command's manual page says beyond its options.</summary>
/// <param name="Details">A paragraph, or nothing.</param>
/// <param name="Examples">Command lines that work as they stand, but for names.</param>
internal sealed record ManualPage(string Details, params IReadOnlyList<string> Examples);

/// <summary>All manual pages, by the command's words.</summary>
internal static class ManualPages
{
    private static readonly Dictionary<string, ManualPage> Pages = new(StringComparer.Ordinal)
    {
        [""] = new("Begin with 'mimir demo'; then 'mimir up --detach' and 'mimir chat'. docs/index.md is the manual.", "mimir demo", "mimir up --detach", "mimir chat", "mimir down"),
        ["demo"] = new(
            "Starts a Triple Service, a coordinator and the parties as processes of their own with mutual TLS under a throw-away authority, shares the model, generates, and ends everything.",
            "mimir demo", "mimir demo --prompt \"In the beginning\" --greedy --max-tokens 20 --json", "mimir demo --segment a:\"Our patient\" --segment b:\" was healed\" --receiver b"),
        ["run"] = new(
            "Standard output holds the answer alone. A model with a chat template gets the prompt as a user's message; another one goes on from it.",
            "mimir run mimir-kjv \"In the beginning\"", "mimir run ./my-model \"What is a share?\" --greedy --max-tokens 40"),
        ["chat"] = new(
            "Lines that begin with / are commands, /help lists them. Ctrl+C stops an answer and not the program. History and conversation are in memory only.",
            "mimir chat", "mimir chat --system \"Answer in one sentence.\"", "mimir chat --config me.yaml --model ./my-model"),
        ["up"] = new(
            "One cluster to a state directory ($XDG_STATE_HOME/mimir, else ~/.local/state/mimir). Without --detach it lasts until Ctrl+C or 'mimir down'. A second 'up' says what runs and where.",
            "mimir up --detach", "mimir up --model ./my-model --parties 3", "mimir up --weights public --port 9000"),
        ["down"] = new("Ends every process and removes keys, state and logs; also what a crash or a reboot has left.", "mimir down"),
        ["status"] = new("Exit status 4 when no cluster is up; the line says how the last one ended.", "mimir status", "mimir status --json"),
        ["ps"] = new("", "mimir ps", "mimir ps --json"),
        ["logs"] = new("Lines begin with their time (UTC). Each role keeps at most two megabytes.", "mimir logs", "mimir logs p0 -n 20", "mimir logs -f"),
        ["generate"] = new(
            "The prompt is masked in this process. 'mimir up' leaves a configuration for it: ~/.local/state/mimir/client.yaml.",
            "mimir generate --config alice.yaml --prompt \"In the beginning\"", "mimir generate --config alice.yaml --prompt \"…\" --prefix-cache kept.json"),
        ["joint"] = new("One owner offers, hands the offer over, the others accept; the session starts when all have. docs/how-to/joint-session.md.", "mimir joint show offer.txt"),
        ["joint offer"] = new("", "mimir joint offer --config a.yaml --text \"Our patient\" --with hospital-b:32 --receiver hospital-b --out offer.txt"),
        ["joint accept"] = new("", "mimir joint accept offer.txt --config b.yaml --text \" was healed by\""),
        ["joint show"] = new("", "mimir joint show offer.txt"),
        ["verify"] = new("", "mimir verify --model ./my-model --prompt \"In the beginning\" --max-tokens 8"),
        ["plan"] = new("", "mimir plan --shape gpt2-small --context 64", "mimir plan --model ./my-model --context 512 --parties 3"),
        ["bench"] = new("", "mimir bench --shape gpt2-small --context 64"),
        ["model"] = new("", "mimir model inspect ./my-model", "mimir model share --config owner.yaml --model ./my-model"),
        ["pull"] = new("", "mimir pull ORG/NAME"),
        ["gateway"] = new("", "mimir gateway --config gateway.yaml"),
        ["doctor"] = new("", "mimir doctor"),
        ["coordinator"] = new("", "mimir coordinator --config coordinator.yaml"),
        ["triples"] = new("", "mimir triples --config triples.yaml"),
        ["node"] = new("", "mimir node --config p0.yaml"),
        ["identity"] = new("", "mimir identity authority ca", "mimir identity issue party p0.acme p0 --authority ca", "mimir identity renew p0 --authority ca"),
        ["revoke"] = new("", "mimir revoke p2 --reason \"key found on a disk\" --authority ca --list revocations --config operator.yaml"),
        ["attest"] = new("", "mimir attest verify evidence.bin --policy policy.yaml", "mimir attest key"),
        ["policy"] = new("", "mimir policy check policy.yaml"),
        ["key"] = new("", "mimir key --help"),
        ["seal"] = new("", "mimir seal --help"),
        ["unseal"] = new("", "mimir unseal --help"),
        ["rekey"] = new("", "mimir rekey --help"),
        ["audit"] = new("", "mimir audit verify audit.log --ca ca/ca.pem", "mimir audit show audit.log"),
        ["wireguard"] = new("", "mimir wireguard --help"),
        ["completion"] = new(
            "The scripts ask the program itself what fits, so they never grow old.",
            "source <(mimir completion bash)", "mimir completion zsh > ~/.zfunc/_mimir", "mimir completion fish > ~/.config/fish/completions/mimir.fish"),
        ["help-pages"] = new("", "mimir help-pages docs/reference"),
    };

    /// <summary>What the exit status says, for every command.</summary>
    public static IReadOnlyList<(int Code, string Meaning)> ExitCodes { get; } =
    [
        (ExitCode.Done, "done"),
        (ExitCode.Failed, "the run failed, or results disagreed"),
        (ExitCode.Usage, "the command line, the configuration or a model was wrong"),
        (ExitCode.Misbehaviour, "a peer misbehaved: a check failed, nothing was released"),
        (ExitCode.Unreachable, "a peer or service could not be reached, or no cluster is up"),
    ];

    /// <summary>The page of the command of these words, or null.</summary>
    public static ManualPage? Of(string words) => Pages.GetValueOrDefault(words);
}
