using System.CommandLine;

namespace Mimir.Cli.Commands;

/// <summary>`mimir completion`: what makes a shell complete this program's words. The program itself says what fits (its [suggest] directive).</summary>
public static class CompletionCommand
{
    private const string Bash = """
        # mimir completion bash > ~/.local/share/bash-completion/completions/mimir
        _mimir_complete() {
            local line="${COMP_LINE:0:COMP_POINT}" word="${COMP_WORDS[COMP_CWORD]}" IFS=$'\n'
            line="${line#"${COMP_WORDS[0]}"}"
            line="${line# }"
            COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" "[suggest:${#line}]" "$line" 2>/dev/null)" -- "$word"))
        }
        complete -o default -F _mimir_complete mimir
        """;

    private const string Zsh = """
        #compdef mimir
        # mimir completion zsh > ~/.zfunc/_mimir, with fpath+=~/.zfunc before compinit
        _mimir() {
            local line="${BUFFER[1,CURSOR]}"
            local -a found
            line="${line#$words[1]}"
            line="${line# }"
            found=("${(@f)$($words[1] "[suggest:${#line}]" "$line" 2>/dev/null)}")
            compadd -a found || _files
        }
        if [ "$funcstack[1]" = "_mimir" ]; then _mimir "$@"; else compdef _mimir mimir; fi
        """;

    private const string Fish = """
        # mimir completion fish > ~/.config/fish/completions/mimir.fish
        function __mimir_complete
            set -l line (string replace -r '^\S+\s?' '' -- (commandline -cp))
            mimir "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
        end
        complete -c mimir -a '(__mimir_complete)'
        """;

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh or fish", HelpName = "bash|zsh|fish" };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        var command = new Command("completion", "Prints the script that makes a shell complete mimir's commands and options") { shell };
        command.SetAction(result =>
        {
            result.InvocationConfiguration.Output.WriteLine(result.GetValue(shell) switch { "bash" => Bash, "zsh" => Zsh, _ => Fish });
            return ExitCode.Done;
        });
        return command;
    }
}
